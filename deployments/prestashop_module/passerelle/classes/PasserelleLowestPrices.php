<?php
/**
 * The lowest prices before reductions, one line per reference and shop, as Passerelle writes them.
 *
 * A line is made of segments with a comma between:
 * country|currency|id_group|from|to|price without tax|price with tax|tax rate|30 or new
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleLowestPrices
{
    const TABLE = 'passerelle_lowest_price';
    const COLUMNS = '
            `id_shop` INT UNSIGNED NOT NULL,
            `reference` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
            `value` TEXT NOT NULL,
            PRIMARY KEY (`id_shop`, `reference`)';
    const PAGE = 1000;
    const FIELDS = ['country', 'currency', 'id_group', 'from', 'to', 'tax_excl', 'tax_incl', 'rate', 'days'];

    public static function install()
    {
        return PasserelleTables::create([self::TABLE => self::COLUMNS]);
    }

    /**
     * What a value looks like.
     */
    public static function pattern()
    {
        $moment = '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}';
        $amount = '[0-9]{1,10}\.[0-9]{1,6}';
        $segment = '[A-Z]{0,3}\|[A-Z]{0,3}\|[0-9]{0,10}\|' . $moment . '\|(' . $moment . ')?\|' . $amount . '\|' . $amount
            . '\|[0-9]{1,3}(\.[0-9]{1,3})?\|(30|new)';

        return '/^(' . $segment . '(,' . $segment . ')*)?$/D';
    }

    /**
     * @return array values by reference: those behind $after, one more than a page where there are
     */
    public static function page($idShop, $after)
    {
        $rows = PasserelleTables::rows(
            'SELECT `reference`, `value` FROM ' . PasserelleTables::name(self::TABLE) . '
            WHERE `id_shop` = ' . (int) $idShop . ' AND `reference` > ' . PasserelleTables::quoted($after) . '
            ORDER BY `reference` LIMIT ' . (self::PAGE + 1)
        );

        return array_column($rows, 'value', 'reference');
    }

    /**
     * @param string[] $references
     *
     * @return array values by reference
     */
    public static function of($idShop, array $references)
    {
        if ($references === []) {
            return [];
        }
        $rows = PasserelleTables::rows(
            'SELECT `reference`, `value` FROM ' . PasserelleTables::name(self::TABLE) . '
            WHERE `id_shop` = ' . (int) $idShop . '
            AND `reference` IN (' . implode(', ', array_map(['PasserelleTables', 'quoted'], $references)) . ')'
        );

        return array_column($rows, 'value', 'reference');
    }

    /**
     * @param array $values by reference; an empty one takes the line away
     *
     * @return int how many were others
     */
    public static function put($idShop, array $values)
    {
        $there = self::of($idShop, array_map('strval', array_keys($values)));
        $changed = 0;
        foreach ($values as $reference => $value) {
            $reference = (string) $reference;
            if ((isset($there[$reference]) ? $there[$reference] : '') === $value) {
                continue;
            }
            ++$changed;
            if ($value === '') {
                PasserelleTables::execute(
                    'DELETE FROM ' . PasserelleTables::name(self::TABLE) . '
                    WHERE `id_shop` = ' . (int) $idShop . ' AND `reference` = ' . PasserelleTables::quoted($reference)
                );
                continue;
            }
            PasserelleTables::execute(
                'INSERT INTO ' . PasserelleTables::name(self::TABLE) . ' (`id_shop`, `reference`, `value`) VALUES ('
                . (int) $idShop . ', ' . PasserelleTables::quoted($reference) . ', ' . PasserelleTables::quoted($value) . ')
                ON DUPLICATE KEY UPDATE `value` = VALUES(`value`)'
            );
        }

        return $changed;
    }

    /**
     * @return array[] the segments of a line, their parts by name
     */
    public static function segments($value)
    {
        $segments = [];
        foreach ($value === '' ? [] : explode(',', $value) as $text) {
            $parts = explode('|', $text);
            if (count($parts) === count(self::FIELDS)) {
                $segments[] = array_combine(self::FIELDS, $parts);
            }
        }

        return $segments;
    }
}
