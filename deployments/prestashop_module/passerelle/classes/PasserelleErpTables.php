<?php
/**
 * The module's own tables, and statements that do not fail in silence.
 *
 * The tables outlive an uninstallation: what they hold was shown to customers and is not sent twice.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleErpTables
{
    const COLUMNS = [
        'passerelle_order' => '
            `id_order` INT UNSIGNED NOT NULL,
            `reference` VARCHAR(255) NOT NULL,
            `delivery_date` DATE NULL,
            `date_upd` DATETIME NOT NULL,
            PRIMARY KEY (`id_order`)',
        'passerelle_document' => '
            `id_document` INT UNSIGNED NOT NULL AUTO_INCREMENT,
            `id_order` INT UNSIGNED NOT NULL,
            `type` VARCHAR(16) NOT NULL,
            `number` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
            `date` DATE NULL,
            PRIMARY KEY (`id_document`),
            UNIQUE KEY `one_of_a_number` (`id_order`, `type`, `number`)',
        'passerelle_document_line' => '
            `id_document` INT UNSIGNED NOT NULL,
            `position` INT UNSIGNED NOT NULL,
            `reference` VARCHAR(64) NOT NULL,
            `name` VARCHAR(255) NOT NULL,
            `quantity` DECIMAL(20,6) NOT NULL,
            `parcel` VARCHAR(64) NOT NULL,
            PRIMARY KEY (`id_document`, `position`)',
        'passerelle_invoice' => '
            `id_invoice` INT UNSIGNED NOT NULL AUTO_INCREMENT,
            `id_order` INT UNSIGNED NOT NULL,
            `reference` VARCHAR(255) NOT NULL,
            `kind` VARCHAR(16) NOT NULL,
            `number` VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
            `date` DATE NULL,
            `total_tax_excl` DECIMAL(20,6) NULL,
            `total_tax_incl` DECIMAL(20,6) NULL,
            `file` VARCHAR(64) NOT NULL,
            `sha256` CHAR(64) NOT NULL,
            `size` INT UNSIGNED NOT NULL,
            PRIMARY KEY (`id_invoice`),
            UNIQUE KEY `one_of_a_number` (`id_order`, `kind`, `number`)',
    ];

    public static function install()
    {
        foreach (self::COLUMNS as $table => $columns) {
            $made = Db::getInstance()->execute(
                'CREATE TABLE IF NOT EXISTS `' . _DB_PREFIX_ . $table . '` (' . $columns . '
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
        self::execute('START TRANSACTION');
        try {
            $result = $write();
            self::execute('COMMIT');
        } catch (Throwable $fault) {
            Db::getInstance()->execute('ROLLBACK', false);
            throw $fault;
        }

        return $result;
    }
}
