<?php
/**
 * What a product's page says below a reduced price: the lowest price before the reduction.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleLowestPriceBlock
{
    /** @var Passerelle */
    private $module;

    public function __construct(Passerelle $module)
    {
        $this->module = $module;
    }

    /**
     * @param array|ArrayAccess $product as the page presents it
     *
     * @return string HTML, empty where no reduction is shown or nothing is known of it
     */
    public function of($product)
    {
        if (empty($product['has_discount'])) {
            return '';
        }
        try {
            $segment = $this->segment((int) $product['id_product'], isset($product['id_product_attribute']) ? (int) $product['id_product_attribute'] : 0);
        } catch (PrestaShopException $fault) {
            return '';
        }
        if ($segment === null) {
            return '';
        }
        Context::getContext()->smarty->assign('passerelle_lowest', [
            'price' => Context::getContext()->getCurrentLocale()->formatPrice(
                $this->price($segment, (int) $product['id_product']),
                Context::getContext()->currency->iso_code
            ),
            'is_new' => $segment['days'] === 'new',
        ]);

        return $this->module->display($this->module->getLocalPath() . 'passerelle.php', 'views/templates/hook/lowest_price.tpl');
    }

    /**
     * The segment that is on now and fits the visitor, the closest first: currency, country, group, as the shop ranks them.
     */
    private function segment($idProduct, $idAttribute)
    {
        $context = Context::getContext();
        $reference = $this->reference($idProduct, $idAttribute);
        $found = $reference === '' ? [] : PasserelleLowestPrices::of((int) $context->shop->id, [$reference]);
        $now = date('Y-m-d H:i:s');
        $best = null;
        $bestRank = -1;
        foreach ($found === [] ? [] : PasserelleLowestPrices::segments($found[$reference]) as $segment) {
            $isOn = $segment['from'] <= $now && ($segment['to'] === '' || $now <= $segment['to']);
            $fits = in_array($segment['currency'], ['', $context->currency->iso_code], true)
                && in_array($segment['country'], ['', $context->country->iso_code], true)
                && in_array((int) $segment['id_group'], [0, (int) Group::getCurrent()->id], true);
            $rank = ($segment['currency'] !== '' ? 4 : 0) + ($segment['country'] !== '' ? 2 : 0) + ($segment['id_group'] !== '' ? 1 : 0);
            if ($isOn && $fits && $rank > $bestRank) {
                $best = $segment;
                $bestRank = $rank;
            }
        }

        return $best;
    }

    /**
     * The reference of the combination, or of a product that has none, as the database has it.
     */
    private function reference($idProduct, $idAttribute)
    {
        $query = $idAttribute
            ? 'SELECT `reference` FROM `' . _DB_PREFIX_ . 'product_attribute` WHERE `id_product_attribute` = ' . $idAttribute . ' AND `id_product` = ' . $idProduct
            : 'SELECT `reference` FROM `' . _DB_PREFIX_ . 'product` WHERE `id_product` = ' . $idProduct;

        return (string) Db::getInstance()->getValue($query);
    }

    /**
     * With or without tax as the visitor sees prices, in the currency of the page.
     *
     * Prices in all currencies are kept in the shop's own, and are shown at today's rate. Where the visitor pays another
     * tax than the shop's own country, it is that tax on the price without.
     */
    private function price(array $segment, $idProduct)
    {
        $context = Context::getContext();
        $price = (float) $segment['tax_incl'];
        if (Product::getTaxCalculationMethod((int) $context->customer->id) == PS_TAX_EXC) {
            $price = (float) $segment['tax_excl'];
        } else {
            $address = Address::initialize((int) $context->cart->{Configuration::get('PS_TAX_ADDRESS_TYPE')}, true);
            $rate = (float) (new Product($idProduct))->getTaxesRate($address);
            if (abs($rate - (float) $segment['rate']) > 0.0005) {
                $price = (float) $segment['tax_excl'] * (1 + $rate / 100);
            }
        }

        return Tools::convertPrice($price, $context->currency);
    }
}
