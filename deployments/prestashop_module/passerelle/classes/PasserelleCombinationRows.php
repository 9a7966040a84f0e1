<?php
/**
 * New combinations: their rows, values and stock, and the default combination of their products.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleCombinationRows extends PasserelleEntityRows
{
    /** @var array whether each product of this shop is virtual, by id */
    private $products = [];

    /** @var array products that have a default combination, as keys */
    private $defaults = [];

    /** @var array what happens when each product is out of stock, by id */
    private $outOfStock = [];

    public function lookUp(array $lines, $field)
    {
        $ids = [];
        foreach ($lines as $line) {
            $ids[] = (int) $line->entity->id_product;
        }
        $ids = implode(',', array_unique($ids));
        $this->lookUpProducts($ids);
        $known = $this->idsBy(
            'SELECT pa.`id_product_attribute` AS `id`, CONCAT(pa.`id_product`, \' \', pa.`' . bqSQL($field) . '`) AS `text`
            FROM `' . _DB_PREFIX_ . 'product_attribute` pa ' . Shop::addSqlAssociation('product_attribute', 'pa') . '
            WHERE pa.`id_product` IN (' . $ids . ')
            ORDER BY pa.`id_product_attribute`'
        );
        foreach ($lines as $line) {
            $this->endIfKnown($line, $known, '=' . (int) $line->entity->id_product . ' ' . $line->entity->$field);
        }
    }

    public function write(array $lines, $field)
    {
        $products = [];
        foreach ($lines as $line) {
            // Null and not 0: the tables know one default combination of a product, and any number of nulls.
            $line->entity->default_on = $line->entity->default_on ? true : null;
            $products[(int) $line->entity->id_product] = true;
        }
        parent::write($lines, $field);
        $this->nameDefaults(implode(',', array_keys($products)));
    }

    /**
     * As Product::updateDefaultAttribute: the default combination, else the first one; 0 where the shop sells none.
     */
    private function nameDefaults($products)
    {
        $firsts = [];
        $rows = PasserelleConnection::rows(
            'SELECT pa.`id_product`, pa.`id_product_attribute`, product_attribute_shop.`default_on`
            FROM `' . _DB_PREFIX_ . 'product_attribute` pa ' . Shop::addSqlAssociation('product_attribute', 'pa') . '
            WHERE pa.`id_product` IN (' . $products . ')
            ORDER BY product_attribute_shop.`default_on` DESC, pa.`id_product_attribute`'
        );
        foreach ($rows as $row) {
            if (!isset($firsts[(int) $row['id_product']])) {
                $firsts[(int) $row['id_product']] = (int) $row['id_product_attribute'];
            }
        }
        $isSold = Combination::isFeatureActive();
        $whens = '';
        foreach ($firsts as $product => $first) {
            $whens .= ' WHEN ' . $product . ' THEN ' . ($isSold ? $first : 0);
        }
        $set = '`cache_default_attribute` = CASE `id_product`' . $whens . ' END';
        $where = ' WHERE `id_product` IN (' . implode(',', array_keys($firsts)) . ')';
        $type = $isSold && property_exists('Product', 'product_type') ? ", `product_type` = 'combinations'" : '';
        PasserelleConnection::execute('UPDATE `' . _DB_PREFIX_ . 'product_shop` SET ' . $set . $where . Shop::addSqlRestriction());
        PasserelleConnection::execute('UPDATE `' . _DB_PREFIX_ . 'product` SET ' . $set . $type . $where);
    }

    protected function collect(PasserelleProductLine $line)
    {
        $product = (int) $line->entity->id_product;
        $this->addStockRow($product, $line->entity->id, isset($this->outOfStock[$product]) ? $this->outOfStock[$product] : 0);
        foreach ($line->idsOf('product_option_values') as $value) {
            $this->addRow('product_attribute_combination', [
                'id_attribute' => $value,
                'id_product_attribute' => (int) $line->entity->id,
            ]);
        }
    }

    public function hooksAfter(PasserelleProductLine $line)
    {
        $hooks = [
            ['actionObjectAddAfter', ['object' => $line->entity]],
            ['actionObjectCombinationAddAfter', ['object' => $line->entity]],
        ];
        if (isset($line->associations['product_option_values'])) {
            $values = array_map('strval', $line->idsOf('product_option_values'));
            $hooks[] = ['actionAttributeCombinationDelete', ['id_product_attribute' => (int) $line->id]];
            $hooks[] = ['actionAttributeCombinationSave', ['id_product_attribute' => (int) $line->id, 'id_attributes' => $values]];
        }

        return $hooks;
    }

    private function endIfKnown(PasserelleProductLine $line, array $known, $text)
    {
        $product = (int) $line->entity->id_product;
        if (!isset($this->products[$product])) {
            $line->refuse('this shop has no product ' . $product);
        } elseif (isset($known[$text])) {
            $line->end('exists', $known[$text]);
        } elseif ($this->products[$product]) {
            $line->refuse('packs and virtual products are not taken here');
        } elseif ($line->entity->default_on && isset($this->defaults[$product])) {
            $line->refuse('product ' . $product . ' has a default combination');
        } elseif ($line->entity->default_on) {
            $this->defaults[$product] = true;
        }
    }

    private function lookUpProducts($ids)
    {
        $this->products = [];
        $this->defaults = [];
        $this->outOfStock = [];
        $products = PasserelleConnection::rows(
            'SELECT p.`id_product`, p.`is_virtual` FROM `' . _DB_PREFIX_ . 'product` p ' . Shop::addSqlAssociation('product', 'p') . '
            WHERE p.`id_product` IN (' . $ids . ')'
        );
        foreach ($products as $row) {
            $this->products[(int) $row['id_product']] = (bool) $row['is_virtual'];
        }
        $defaults = PasserelleConnection::rows(
            'SELECT `id_product` FROM `' . _DB_PREFIX_ . 'product_attribute`
            WHERE `default_on` = 1 AND `id_product` IN (' . $ids . ')'
        );
        foreach ($defaults as $row) {
            $this->defaults[(int) $row['id_product']] = true;
        }
        $stock = PasserelleConnection::rows(
            'SELECT `id_product`, `out_of_stock` FROM `' . _DB_PREFIX_ . 'stock_available`
            WHERE `id_product_attribute` = 0 AND `id_product` IN (' . $ids . ')'
            . StockAvailable::addSqlShopRestriction(null, (int) Context::getContext()->shop->id)
        );
        foreach ($stock as $row) {
            $this->outOfStock[(int) $row['id_product']] = (int) $row['out_of_stock'];
        }
    }
}
