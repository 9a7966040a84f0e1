<?php
/**
 * The module's tables: they are made, read and written by statements that do not fail in silence.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleTables
{
    /**
     * @param array $tables columns by name; what is there already stays
     *
     * @return bool whether they are there
     */
    public static function create(array $tables)
    {
        foreach ($tables as $table => $columns) {
            $made = Db::getInstance()->execute(
                'CREATE TABLE IF NOT EXISTS ' . self::name($table) . ' (' . $columns . '
                ) ENGINE=' . _MYSQL_ENGINE_ . ' DEFAULT CHARSET=utf8mb4'
            );
            if (!$made) {
                return false;
            }
        }

        return true;
    }

    public static function name($table)
    {
        return '`' . _DB_PREFIX_ . $table . '`';
    }

    /**
     * A text as a statement holds it.
     */
    public static function quoted($text)
    {
        return "'" . pSQL($text, true) . "'";
    }

    /**
     * That two texts are the same to the byte, whichever collations their tables have: the shop's may be another than ours.
     */
    public static function same($one, $other)
    {
        return 'CAST(' . $one . ' AS BINARY) = CAST(' . $other . ' AS BINARY)';
    }

    /**
     * A date or an amount, NULL where there is none.
     */
    public static function nullable($text)
    {
        return $text === '' ? 'NULL' : self::quoted($text);
    }

    /**
     * Before PHP 8 a query that fails gives false, which is not "nothing".
     */
    public static function rows($query)
    {
        $rows = Db::getInstance()->executeS($query, true, false);
        if (!is_array($rows)) {
            throw new PrestaShopException('the tables of the module could not be read');
        }

        return $rows;
    }

    public static function execute($statement)
    {
        if (!Db::getInstance()->execute($statement, false)) {
            throw new PrestaShopException('the database refused it, nothing was written');
        }
    }

    /**
     * What `write` does, whole or not at all.
     */
    public static function atOnce(callable $write)
    {
        return PasserelleConnection::atOnce($write);
    }
}
