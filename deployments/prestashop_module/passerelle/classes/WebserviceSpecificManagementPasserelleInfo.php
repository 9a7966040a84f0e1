<?php
/**
 * The resource `passerelle_info`: the settings of the shop that decide how it can be written to.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementPasserelleInfo implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    const TABLES_OF_STORE_ORDERS = [
        'cart', 'cart_product', 'orders', 'order_detail', 'order_detail_tax', 'order_cart_rule', 'order_carrier',
        'order_payment', 'order_history',
    ];

    public function manage()
    {
        $this->answer = [
            'passerelle_info' => $this->versions() + $this->settings() + $this->limits() + [
                'transactional' => $this->hasTransactions() ? '1' : '0',
                'shop_groups' => ['shop_group' => $this->shopGroups()],
                'payment_modules' => ['payment_module' => $this->paymentModules()],
                'carrier_countries' => ['carrier_country' => $this->carrierCountries()],
            ],
        ];
    }

    private function versions()
    {
        return [
            'module_version' => (string) Module::getInstanceByName('passerelle')->version,
            'ps_version' => _PS_VERSION_,
            'php_version' => PHP_VERSION,
            'mysql_version' => (string) Db::getInstance()->getVersion(),
            'time_zone' => (string) Configuration::get('PS_TIMEZONE'),
            'now' => date('Y-m-d H:i:s'),
            'utc_offset' => date('P'),
        ];
    }

    private function settings()
    {
        $names = [
            'order_return' => 'PS_ORDER_RETURN',
            'order_return_days' => 'PS_ORDER_RETURN_NB_DAYS',
            'stock_management' => 'PS_STOCK_MANAGEMENT',
            'advanced_stock_management' => 'PS_ADVANCED_STOCK_MANAGEMENT',
            'search_indexation' => 'PS_SEARCH_INDEXATION',
            'invoice' => 'PS_INVOICE',
            'round_type' => 'PS_ROUND_TYPE',
            'round_mode' => 'PS_PRICE_ROUND_MODE',
            'price_display_precision' => 'PS_PRICE_DISPLAY_PRECISION',
            'tax_address_type' => 'PS_TAX_ADDRESS_TYPE',
        ];
        $settings = [];
        foreach ($names as $name => $key) {
            $settings[$name] = (string) Configuration::get($key);
        }
        $settings['multishop'] = Shop::isFeatureActive() ? '1' : '0';
        $settings['store_order_state'] = (string) Configuration::getGlobalValue(Passerelle::STORE_ORDER_STATE);

        return $settings;
    }

    private function limits()
    {
        return [
            'php_max_execution_time' => (string) ini_get('max_execution_time'),
            'php_post_max_size' => (string) ini_get('post_max_size'),
            'php_memory_limit' => (string) ini_get('memory_limit'),
        ];
    }

    /**
     * Whether an order of a store can be rolled back: very old shops have MyISAM tables.
     */
    private function hasTransactions()
    {
        foreach (self::TABLES_OF_STORE_ORDERS as $table) {
            // The underscores of a name are wildcards of LIKE.
            $like = str_replace('_', '\\_', _DB_PREFIX_ . $table);
            $status = Db::getInstance()->executeS("SHOW TABLE STATUS LIKE '" . $like . "'", true, false);
            if (!$status || strtolower((string) $status[0]['Engine']) !== 'innodb') {
                return false;
            }
        }

        return true;
    }

    private function shopGroups()
    {
        return $this->rows(
            'SELECT `id_shop_group` AS `id`, `name`, `share_customer`, `share_order`, `share_stock`, `active`, `deleted`
            FROM `' . _DB_PREFIX_ . 'shop_group`
            ORDER BY `id_shop_group`'
        );
    }

    private function paymentModules()
    {
        $modules = [];
        foreach (PaymentModule::getInstalledPaymentModules() ?: [] as $row) {
            $module = Module::getInstanceByName($row['name']);
            $modules[] = [
                'id' => (string) $row['id_module'],
                'name' => (string) $row['name'],
                'display_name' => $module ? (string) $module->displayName : '',
                'active' => $module && $module->active ? '1' : '0',
            ];
        }

        return $modules;
    }

    /**
     * The countries that each active carrier of this shop serves, as ISO codes separated by commas.
     */
    private function carrierCountries()
    {
        $rows = $this->rows(
            'SELECT DISTINCT ca.`id_carrier`, ca.`id_reference`, ca.`name`, co.`iso_code`
            FROM `' . _DB_PREFIX_ . 'carrier` ca
            INNER JOIN `' . _DB_PREFIX_ . 'carrier_shop` cs
                ON cs.`id_carrier` = ca.`id_carrier` AND cs.`id_shop` = ' . (int) Context::getContext()->shop->id . '
            INNER JOIN `' . _DB_PREFIX_ . 'carrier_zone` cz ON cz.`id_carrier` = ca.`id_carrier`
            INNER JOIN `' . _DB_PREFIX_ . 'zone` z ON z.`id_zone` = cz.`id_zone` AND z.`active` = 1
            INNER JOIN `' . _DB_PREFIX_ . 'country` co ON co.`id_zone` = z.`id_zone` AND co.`active` = 1
            INNER JOIN `' . _DB_PREFIX_ . 'country_shop` cos
                ON cos.`id_country` = co.`id_country` AND cos.`id_shop` = ' . (int) Context::getContext()->shop->id . '
            WHERE ca.`deleted` = 0 AND ca.`active` = 1
            ORDER BY ca.`id_carrier`, co.`iso_code`'
        );
        $carriers = [];
        foreach ($rows as $row) {
            $id = $row['id_carrier'];
            if (isset($carriers[$id])) {
                $carriers[$id]['countries'] .= ',' . $row['iso_code'];
                continue;
            }
            $carriers[$id] = [
                'id' => $id,
                'id_reference' => $row['id_reference'],
                // The core keeps the name "0" for the carrier that is named like the shop.
                'name' => $row['name'] === '0' ? (string) Configuration::get('PS_SHOP_NAME') : $row['name'],
                'countries' => $row['iso_code'],
            ];
        }

        return array_values($carriers);
    }

    private function rows($sql)
    {
        $rows = [];
        foreach (PasserelleConnection::rows($sql) as $row) {
            $rows[] = array_map('strval', $row);
        }

        return $rows;
    }
}
