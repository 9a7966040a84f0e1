<?php
/**
 * The words of new products for the shop's search, weighted and taken apart by the core's own rules, and written for
 * all of them at once. The core writes them product by product and language by language.
 *
 * A new product has neither tags nor combinations yet.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleProductWords extends Search
{
    const AT_ONCE = 1000;

    /** Where each part of the text stands, by the name of its weight in the core. */
    const COLUMNS = [
        'pname' => 'pl.`name`',
        'reference' => 'p.`reference`',
        'supplier_reference' => 'p.`supplier_reference`',
        'ean13' => 'p.`ean13`',
        'isbn' => 'p.`isbn`',
        'upc' => 'p.`upc`',
        'mpn' => 'p.`mpn`',
        'description_short' => 'pl.`description_short`',
        'description' => 'pl.`description`',
        'cname' => 'cl.`name`',
        'mname' => 'm.`name`',
    ];
    const WEIGHTS = [
        'pname' => 'PNAME', 'reference' => 'REF', 'supplier_reference' => 'REF', 'ean13' => 'REF', 'isbn' => 'REF',
        'upc' => 'REF', 'mpn' => 'REF', 'description_short' => 'SHORTDESC', 'description' => 'DESC', 'cname' => 'CNAME',
        'mname' => 'MNAME', 'features' => 'FEATURE',
    ];

    /** @var int[] */
    private $products;

    /** @var array lists of id_product, word and weight by "id_lang,id_shop" */
    private $words = [];

    /** @var bool whether this version's core took the texts apart */
    private $isWhole = true;

    /**
     * @param int[] $products new ones
     */
    public static function read(array $products)
    {
        $words = new self();
        $words->products = $products;
        try {
            $words->readAll();
        } catch (Throwable $fault) {
            $words->isWhole = false;
        }

        return $words;
    }

    public function write()
    {
        try {
            if ($this->isWhole) {
                $this->writeAll();

                return;
            }
        } catch (Throwable $fault) {
            PrestaShopLogger::addLog('passerelle: words are written one by one, ' . get_class($fault), 2);
        }
        foreach ($this->products as $product) {
            Search::indexation(false, $product);
        }
    }

    private function readAll()
    {
        $weights = [];
        foreach (self::WEIGHTS as $part => $name) {
            $weight = (int) Configuration::get('PS_SEARCH_WEIGHT_' . $name);
            if ($weight && ($part !== 'mpn' || property_exists('Product', 'mpn'))) {
                $weights[$part] = $weight;
            }
        }
        $features = isset($weights['features']) ? $this->features() : [];
        foreach ($this->texts(array_intersect_key(self::COLUMNS, $weights)) as $row) {
            $scope = (int) $row['id_lang'] . ',' . (int) $row['id_shop'];
            $product = (int) $row['id_product'];
            if (isset($features[$product . ',' . (int) $row['id_lang']])) {
                $row['features'] = $features[$product . ',' . (int) $row['id_lang']];
            }
            $found = [];
            foreach (array_intersect_key($row, $weights) as $part => $text) {
                static::fillProductArray($found, $weights, $part, $text, $row['id_lang'], $row['iso_code']);
            }
            foreach ($found as $word => $weight) {
                $this->words[$scope][] = [$product, (string) $word, (int) $weight];
            }
        }
    }

    /**
     * As Search::getProductsToIndex: of products that are shown and found.
     */
    private function texts(array $columns)
    {
        $select = '';
        foreach ($columns as $part => $column) {
            $select .= ', ' . $column . ' AS `' . $part . '`';
        }

        return PasserelleConnection::rows(
            'SELECT p.`id_product`, pl.`id_lang`, pl.`id_shop`, l.`iso_code`' . $select . '
            FROM `' . _DB_PREFIX_ . 'product` p
            INNER JOIN `' . _DB_PREFIX_ . 'product_lang` pl ON pl.`id_product` = p.`id_product`
            ' . Shop::addSqlAssociation('product', 'p', true, null, true) . '
            LEFT JOIN `' . _DB_PREFIX_ . 'category_lang` cl
                ON cl.`id_category` = product_shop.`id_category_default` AND pl.`id_lang` = cl.`id_lang` AND cl.`id_shop` = product_shop.`id_shop`
            LEFT JOIN `' . _DB_PREFIX_ . 'manufacturer` m ON m.`id_manufacturer` = p.`id_manufacturer`
            LEFT JOIN `' . _DB_PREFIX_ . 'lang` l ON l.`id_lang` = pl.`id_lang`
            WHERE p.`id_product` IN (' . implode(',', $this->products) . ')
                AND product_shop.`visibility` IN (\'both\', \'search\') AND product_shop.`active` = 1
                AND pl.`id_shop` = product_shop.`id_shop`'
        );
    }

    /**
     * @return array texts by "id_product,id_lang"
     */
    private function features()
    {
        $texts = [];
        if (!Feature::isFeatureActive()) {
            return $texts;
        }
        $rows = PasserelleConnection::rows(
            'SELECT fp.`id_product`, fvl.`id_lang`, fvl.`value` FROM `' . _DB_PREFIX_ . 'feature_product` fp
            INNER JOIN `' . _DB_PREFIX_ . 'feature_value_lang` fvl ON fvl.`id_feature_value` = fp.`id_feature_value`
            WHERE fp.`id_product` IN (' . implode(',', $this->products) . ')'
        );
        foreach ($rows as $row) {
            $of = (int) $row['id_product'] . ',' . (int) $row['id_lang'];
            $texts[$of] = (isset($texts[$of]) ? $texts[$of] : '') . $row['value'] . ' ';
        }

        return $texts;
    }

    private function writeAll()
    {
        $shown = [];
        foreach ($this->words as $scope => $rows) {
            foreach (array_chunk($rows, self::AT_ONCE) as $part) {
                $this->writePart($scope, $part);
                foreach ($part as $row) {
                    $shown[$row[0]] = $row[0];
                }
            }
        }
        static::setProductsAsIndexed($shown);
    }

    private function writePart($scope, array $rows)
    {
        $quoted = [];
        foreach ($rows as $row) {
            $quoted[$row[1]] = "'" . pSQL($row[1]) . "'";
        }
        // In their order: two documents that wait for each other's words would both fail.
        sort($quoted);
        PasserelleConnection::execute(
            'INSERT IGNORE INTO `' . _DB_PREFIX_ . 'search_word` (`id_lang`, `id_shop`, `word`)
            VALUES (' . $scope . ',' . implode('),(' . $scope . ',', $quoted) . ')'
        );
        $scopes = explode(',', $scope);
        $found = PasserelleConnection::rows(
            'SELECT `id_word`, `word` FROM `' . _DB_PREFIX_ . 'search_word`
            WHERE `id_lang` = ' . (int) $scopes[0] . ' AND `id_shop` = ' . (int) $scopes[1] . '
                AND `word` IN (' . implode(',', $quoted) . ')'
        );
        $ids = [];
        foreach ($found as $row) {
            $ids['_' . $row['word']] = (int) $row['id_word'];
        }
        $index = [];
        foreach ($rows as $row) {
            if (isset($ids['_' . $row[1]])) {
                $index[] = '(' . $row[0] . ',' . $ids['_' . $row[1]] . ',' . $row[2] . ')';
            }
        }
        if ($index !== []) {
            PasserelleConnection::execute(
                'INSERT INTO `' . _DB_PREFIX_ . 'search_index` (`id_product`, `id_word`, `weight`)
                VALUES ' . implode(',', $index) . ' ON DUPLICATE KEY UPDATE `weight` = `weight` + VALUES(`weight`)'
            );
        }
    }
}
