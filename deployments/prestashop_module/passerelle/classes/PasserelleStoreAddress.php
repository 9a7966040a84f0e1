<?php
/**
 * The addresses of a sale in a store. That of the delivery is a copy of the store's, which belongs to the customer and is
 * marked deleted; so is that of the invoice, unless the customer has it already.
 *
 * Like that the order's pages show it and the back office can edit it, and the customer finds it neither in the address
 * book nor at checkout. The alias is shown on the customer's page: it is the store's name.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleStoreAddress
{
    /**
     * @return int id of the address
     */
    public static function of(Customer $customer, $idStore, $idLang)
    {
        $place = $idStore > 0 ? self::store($idStore, $idLang) : self::shop();

        return self::known($customer, $place, ['alias', 'address1'], ' AND `deleted` = 1') ?: self::add($customer, $place);
    }

    /**
     * @return int id of the address
     */
    public static function toInvoice(Customer $customer, array $fields)
    {
        $texts = ['alias' => $fields['alias'] === '' ? $fields['city'] : $fields['alias']] + $fields;
        unset($texts['id_country']);
        $place = self::cleaned($texts + ['phone' => ''], (int) $fields['id_country'], 0);

        return self::known($customer, $place, ['address1', 'postcode', 'city'], '') ?: self::add($customer, $place);
    }

    private static function known(Customer $customer, array $place, array $alike, $also)
    {
        foreach ($alike as $field) {
            $also .= ' AND `' . $field . '` = \'' . pSQL($place[$field]) . '\'';
        }

        $rows = PasserelleConnection::rows(
            'SELECT `id_address` FROM `' . _DB_PREFIX_ . 'address`
            WHERE `id_customer` = ' . (int) $customer->id . ' AND `id_country` = ' . (int) $place['id_country'] . $also . '
            ORDER BY `deleted`, `id_address`
            LIMIT 1'
        );

        return $rows === [] ? 0 : (int) $rows[0]['id_address'];
    }

    private static function add(Customer $customer, array $place)
    {
        $address = new Address();
        $address->id_customer = (int) $customer->id;
        $address->firstname = $customer->firstname;
        $address->lastname = $customer->lastname;
        $address->deleted = true;
        foreach ($place as $field => $value) {
            $address->$field = $value;
        }
        if (!$address->add()) {
            throw new PasserelleRefusal('the address of the store could not be copied');
        }

        return (int) $address->id;
    }

    private static function store($idStore, $idLang)
    {
        $store = new Store($idStore, $idLang);
        if (!Validate::isLoadedObject($store)) {
            throw new PasserelleRefusal('unknown store');
        }

        return self::cleaned([
            'alias' => $store->name,
            'company' => $store->name,
            'address1' => $store->address1,
            'address2' => $store->address2,
            'postcode' => $store->postcode,
            'city' => $store->city,
            'phone' => $store->phone,
        ], (int) $store->id_country, (int) $store->id_state);
    }

    private static function shop()
    {
        return self::cleaned([
            'alias' => Configuration::get('PS_SHOP_NAME'),
            'company' => Configuration::get('PS_SHOP_NAME'),
            'address1' => Configuration::get('PS_SHOP_ADDR1'),
            'address2' => Configuration::get('PS_SHOP_ADDR2'),
            'postcode' => Configuration::get('PS_SHOP_CODE'),
            'city' => Configuration::get('PS_SHOP_CITY'),
            'phone' => Configuration::get('PS_SHOP_PHONE'),
        ], (int) Configuration::get('PS_SHOP_COUNTRY_ID') ?: (int) Configuration::get('PS_COUNTRY_DEFAULT'), (int) Configuration::get('PS_SHOP_STATE_ID'));
    }

    /**
     * Within what the fields of an address take.
     */
    private static function cleaned(array $texts, $idCountry, $idState)
    {
        $sizes = ['alias' => 32, 'company' => 64, 'address1' => 128, 'address2' => 128, 'postcode' => 12, 'city' => 64, 'phone' => 32];
        foreach ($texts as $field => $text) {
            $plain = trim(preg_replace('/[!<>?=+@{}_$%]+/u', ' ', (string) $text));
            $texts[$field] = trim(Tools::substr($plain, 0, $sizes[$field]));
        }
        if (!Validate::isPhoneNumber($texts['phone'])) {
            $texts['phone'] = '';
        }
        foreach (['alias', 'address1', 'city'] as $required) {
            $texts[$required] = $texts[$required] === '' ? '-' : $texts[$required];
        }

        return $texts + ['id_country' => $idCountry, 'id_state' => $idState];
    }
}
