<?php
/**
 * The table of specific prices in the core that only notes what it is told: it keeps what the module writes.
 */
class Prices
{
    const COLUMNS = [
        'id_cart', 'id_specific_price_rule', 'id_product', 'id_product_attribute', 'id_shop', 'id_shop_group', 'id_currency', 'id_country',
        'id_group', 'id_customer', 'from_quantity', 'price', 'reduction_type', 'reduction', 'reduction_tax', 'from', 'to',
    ];

    /** @var array by id: one of the product 6 itself, one of a cart and one of a rule for it, one of the product 7 */
    private static $rows;

    public static function execute($sql)
    {
        self::rows();
        if (preg_match('/^INSERT INTO `ps_specific_price`/', $sql)) {
            preg_match_all('/\(0, 0, (\'[^)]*\')\)/', $sql, $found);
            foreach ($found[1] as $texts) {
                $values = array_map(function ($text) { return trim($text, "'"); }, explode(', ', $texts));
                self::add(count(self::$rows) + 41, array_merge(['0', '0'], $values));
            }
        } elseif (preg_match('/^UPDATE `ps_specific_price` SET (.*) WHERE `id_specific_price` = (\d+)$/', $sql, $found)) {
            preg_match_all('/`(\w+)` = \'([^\']*)\'/', $found[1], $sets, PREG_SET_ORDER);
            foreach ($sets as $set) {
                self::$rows[(int) $found[2]][$set[1]] = $set[2];
            }
        } elseif (preg_match('/^UPDATE `ps_specific_price`/', $sql)) {
            preg_match_all('/`(\w+)` = CASE `id_specific_price`((?: WHEN \d+ THEN \'[^\']*\')+) END/', $sql, $sets, PREG_SET_ORDER);
            foreach ($sets as $set) {
                preg_match_all('/WHEN (\d+) THEN \'([^\']*)\'/', $set[2], $whens, PREG_SET_ORDER);
                foreach ($whens as $when) {
                    self::$rows[(int) $when[1]][$set[1]] = $when[2];
                }
            }
        }
    }

    public static function select($sql)
    {
        preg_match('/WHERE `(id_product|id_specific_price)` IN \(([0-9,]+)\)/', $sql, $found);
        $ids = explode(',', $found[2]);

        return array_values(array_filter(self::rows(), function ($row) use ($found, $ids) {
            return in_array($row[$found[1]], $ids, true);
        }));
    }

    private static function rows()
    {
        if (self::$rows === null) {
            self::$rows = [];
            $own = ['0', '0', '0', '0', '0', '0', '1', '-1.000000', 'percentage', '0.100000', '1', '0000-00-00 00:00:00', '0000-00-00 00:00:00'];
            self::add(41, array_merge(['0', '0', '6'], ['0'], $own));
            self::add(42, array_merge(['9', '0', '6'], ['0'], $own));
            self::add(43, array_merge(['0', '3', '6'], ['0'], $own));
            self::add(44, array_merge(['0', '0', '7'], ['0'], $own));
        }

        return self::$rows;
    }

    private static function add($id, array $values)
    {
        self::$rows[$id] = ['id_specific_price' => (string) $id] + array_combine(self::COLUMNS, $values);
    }
}
