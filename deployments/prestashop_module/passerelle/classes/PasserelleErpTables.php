<?php
/**
 * The tables of the ERP's documents.
 *
 * They outlive an uninstallation: what they hold was shown to customers and is not sent twice.
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
        return PasserelleTables::create(self::COLUMNS);
    }
}
