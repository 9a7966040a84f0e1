<?php
/**
 * New products: their rows, and their places in categories, features and stock.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleProductRows extends PasserelleEntityRows
{
    /** Out of stock: as the shop's setting says. */
    const OUT_OF_STOCK_DEFAULT = 2;

    /** @var array last position by category */
    private $positions = [];

    public function lookUp(array $lines, $field)
    {
        $texts = [];
        foreach ($lines as $line) {
            $texts[] = (string) $line->entity->$field;
        }
        $known = $this->idsBy(
            'SELECT p.`id_product` AS `id`, p.`' . bqSQL($field) . '` AS `text`
            FROM `' . _DB_PREFIX_ . 'product` p ' . Shop::addSqlAssociation('product', 'p') . '
            WHERE p.`' . bqSQL($field) . '` IN (' . $this->quoted($texts) . ')
            ORDER BY p.`id_product`'
        );
        foreach ($lines as $line) {
            $text = '=' . $line->entity->$field;
            if (isset($known[$text])) {
                $line->end('exists', $known[$text]);
            }
        }
    }

    public function write(array $lines, $field)
    {
        $categories = [];
        foreach ($lines as $line) {
            $categories = array_merge($categories, $line->idsOf('categories'));
        }
        $this->positions = [];
        if ($categories !== []) {
            $rows = PasserelleConnection::rows(
                'SELECT `id_category`, MAX(`position`) AS `last` FROM `' . _DB_PREFIX_ . 'category_product`
                WHERE `id_category` IN (' . implode(',', array_unique($categories)) . ')
                GROUP BY `id_category`'
            );
            foreach ($rows as $row) {
                $this->positions[(int) $row['id_category']] = (int) $row['last'];
            }
        }
        parent::write($lines, $field);
    }

    protected function collect(PasserelleProductLine $line)
    {
        $id = (int) $line->entity->id;
        $this->addStockRow($id, 0, self::OUT_OF_STOCK_DEFAULT);
        foreach ($line->idsOf('categories') as $category) {
            $position = isset($this->positions[$category]) ? $this->positions[$category] + 1 : 1;
            $this->positions[$category] = $position;
            $this->addRow('category_product', ['id_category' => $category, 'id_product' => $id, 'position' => $position]);
        }
        $features = isset($line->associations['product_features']) ? $line->associations['product_features'] : [];
        foreach (array_unique($features, SORT_REGULAR) as $feature) {
            $this->addRow('feature_product', [
                'id_feature' => (int) $feature['id'],
                'id_product' => $id,
                'id_feature_value' => (int) $feature['id_feature_value'],
            ]);
        }
    }

    public function hooksAfter(PasserelleProductLine $line)
    {
        $told = ['id_product' => (int) $line->id, 'product' => $line->entity];
        $hooks = [
            ['actionObjectAddAfter', ['object' => $line->entity]],
            ['actionObjectProductAddAfter', ['object' => $line->entity]],
            ['actionProductSave', $told],
        ];
        if (isset($line->associations['categories'])) {
            $hooks[] = ['actionProductUpdate', $told];
        }

        return $hooks;
    }
}
