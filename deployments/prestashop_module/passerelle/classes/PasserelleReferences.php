<?php
/**
 * Finds what a reference stands for in this shop: a product or a combination, one, several or none.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleReferences
{
    /** @var array lists of [id_product, id_product_attribute] by exact reference */
    private $owners = [];

    /** @var array ids of products that have combinations, as keys */
    private $parents = [];

    /**
     * @param string[] $references
     */
    public function __construct(array $references)
    {
        $quoted = [];
        foreach ($references as $reference) {
            $quoted[] = "'" . pSQL($reference) . "'";
        }
        if ($quoted === []) {
            return;
        }
        $this->look($references, $this->products(implode(',', $quoted)));
        $this->look($references, $this->combinations(implode(',', $quoted)));
        $this->findParents();
    }

    /**
     * @return array list of [id_product, id_product_attribute]
     */
    public function ownersOf($reference)
    {
        return isset($this->owners[$reference]) ? $this->owners[$reference] : [];
    }

    public function hasCombinations($idProduct)
    {
        return isset($this->parents[(int) $idProduct]);
    }

    /**
     * The database finds without regard to case and accents: only equal texts are kept.
     */
    private function look(array $references, array $rows)
    {
        $wanted = array_fill_keys(array_map('strval', $references), true);
        foreach ($rows as $row) {
            if (isset($wanted[$row['reference']])) {
                $this->owners[$row['reference']][] = [(int) $row['id_product'], (int) $row['id_product_attribute']];
            }
        }
    }

    private function products($quoted)
    {
        return PasserelleConnection::rows(
            'SELECT p.`id_product`, 0 AS `id_product_attribute`, p.`reference`
            FROM `' . _DB_PREFIX_ . 'product` p ' . Shop::addSqlAssociation('product', 'p') . '
            WHERE p.`reference` IN (' . $quoted . ')
            ORDER BY p.`id_product`'
        );
    }

    private function combinations($quoted)
    {
        return PasserelleConnection::rows(
            'SELECT pa.`id_product`, pa.`id_product_attribute`, pa.`reference`
            FROM `' . _DB_PREFIX_ . 'product_attribute` pa ' . Shop::addSqlAssociation('product_attribute', 'pa') . '
            WHERE pa.`reference` IN (' . $quoted . ')
            ORDER BY pa.`id_product_attribute`'
        );
    }

    private function findParents()
    {
        $ids = [];
        foreach ($this->owners as $owners) {
            foreach ($owners as $owner) {
                if ($owner[1] === 0) {
                    $ids[$owner[0]] = $owner[0];
                }
            }
        }
        if ($ids === []) {
            return;
        }
        $rows = PasserelleConnection::rows(
            'SELECT DISTINCT `id_product` FROM `' . _DB_PREFIX_ . 'product_attribute`
            WHERE `id_product` IN (' . implode(',', $ids) . ')'
        );
        foreach ($rows as $row) {
            $this->parents[(int) $row['id_product']] = true;
        }
    }
}
