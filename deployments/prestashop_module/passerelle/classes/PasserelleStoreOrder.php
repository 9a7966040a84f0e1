<?php
/**
 * Builds the order of a sale in a store by hand, in one transaction that only inserts: no mail, no stock movement, no
 * invoice number, the given date and prices.
 *
 * The core's own ways are not taken: validateOrder moves stock and mails, and changeIdOrderState updates
 * stock_available, which dies of deadlocks beside a checkout.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleStoreOrder
{
    const MODULE = 'passerelle';
    const NEVER = '0000-00-00 00:00:00';

    /** @var PasserelleStoreOrderDocument */
    private $document;

    /** @var OrderState */
    private $state;

    /** @var int */
    private $idDelivery;

    /** @var int */
    private $idInvoice;

    /** @var PasserelleSoldStock */
    private $stock;

    /** @var string what the order is called in the shop */
    private $reference;

    public function __construct(PasserelleStoreOrderDocument $document)
    {
        $this->document = $document;
        $this->stock = new PasserelleSoldStock($document->takesStock ? $document->rows : []);
        $this->state = new OrderState((int) Configuration::getGlobalValue(Passerelle::STORE_ORDER_STATE));
        if (!Validate::isLoadedObject($this->state)) {
            throw new PasserelleRefusal('the state of store orders is missing, reset the module');
        }
    }

    /**
     * Nine characters, all that the column has before 9.0: M and 40 bits of a hash in base 32.
     */
    public static function shopReference($internalReference)
    {
        $bits = '';
        foreach (str_split(substr(hash('sha256', $internalReference, true), 0, 5)) as $byte) {
            $bits .= sprintf('%08b', ord($byte));
        }
        $reference = 'M';
        foreach (str_split($bits, 5) as $digit) {
            $reference .= 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[bindec($digit)];
        }

        return $reference;
    }

    /**
     * @return int id of the new order
     */
    public function create()
    {
        $this->reference = $this->freeReference();
        $customer = $this->document->customer;
        $this->idDelivery = PasserelleStoreAddress::of($customer, $this->document->idStore, $this->document->idLang);
        $this->idInvoice = $this->document->invoice === null
            ? (int) Address::getFirstCustomerAddressId((int) $customer->id) ?: $this->idDelivery
            : PasserelleStoreAddress::toInvoice($customer, $this->document->invoice);
        $order = PasserelleConnection::atOnce(function () {
            $order = $this->write();
            $this->check($order);

            return $order;
        });
        $this->tell($order);

        return (int) $order->id;
    }

    /**
     * The name asked for, or our own when another order has it.
     */
    private function freeReference()
    {
        $own = self::shopReference($this->document->internalReference);
        if ($this->document->externalReference !== '' && self::ownerOf($this->document->externalReference) === 0) {
            return $this->document->externalReference;
        }
        $taken = self::ownerOf($own);
        if ($taken > 0) {
            throw new PasserelleRefusal('the order reference ' . $own . ' is already that of order ' . $taken);
        }

        return $own;
    }

    private static function ownerOf($reference)
    {
        $rows = PasserelleConnection::rows(
            'SELECT `id_order` FROM `' . _DB_PREFIX_ . 'orders` WHERE `reference` = \'' . pSQL($reference) . '\' LIMIT 1'
        );

        return $rows === [] ? 0 : (int) $rows[0]['id_order'];
    }

    private function write()
    {
        $order = $this->addOrder($this->addCart());
        $taxed = Configuration::get('PS_TAX_ADDRESS_TYPE') === 'id_address_invoice' ? $this->idInvoice : $this->idDelivery;
        $rows = new PasserelleStoreOrderRows($order, new PasserelleTaxes(new Address($taxed)));
        foreach ($this->document->rows as $row) {
            $rows->add($row);
        }
        $this->addDiscount($order);
        // Shares the discount and the cents out, so that the taxes of the rows add up to that of the order.
        $order->updateOrderDetailTax();
        $this->addCarrier($order, $rows->weight);
        $this->need($order->addOrderPayment(
            $this->document->paidTaxIncl,
            $this->document->payment,
            $this->document->internalReference,
            $this->document->currency,
            $this->document->dateAdd
        ), 'payment');
        $this->enterState($order);
        // Last, so that these rows are locked for no longer than it takes to commit.
        $this->stock->take();

        return $order;
    }

    private function addCart()
    {
        $cart = new Cart();
        $this->fill($cart);
        $cart->id_guest = 0;
        $cart->recyclable = 0;
        $cart->gift = 0;
        $this->need($cart->add(false), 'cart');
        $quantities = [];
        foreach ($this->document->rows as $row) {
            $key = $row['product_id'] . '-' . $row['product_attribute_id'];
            $quantities[$key] = (isset($quantities[$key]) ? $quantities[$key] : 0) + $row['product_quantity'];
        }
        unset($quantities['0-0']);
        foreach ($quantities as $key => $quantity) {
            list($idProduct, $idCombination) = explode('-', $key);
            $this->need(Db::getInstance()->insert('cart_product', [
                'id_cart' => (int) $cart->id,
                'id_product' => (int) $idProduct,
                'id_product_attribute' => (int) $idCombination,
                'id_customization' => 0,
                'id_address_delivery' => $this->idDelivery,
                'id_shop' => (int) $cart->id_shop,
                'quantity' => (int) $quantity,
                'date_add' => pSQL($this->document->dateAdd),
            ]), 'cart row');
        }

        return $cart;
    }

    private function addOrder(Cart $cart)
    {
        $order = new Order();
        $this->fill($order);
        $order->id_cart = (int) $cart->id;
        $order->reference = $this->reference;
        $order->module = self::MODULE;
        $order->payment = $this->document->payment;
        $order->current_state = 0;
        $order->valid = 0;
        $order->recyclable = 0;
        $order->gift = 0;
        $order->gift_message = '';
        $order->mobile_theme = 0;
        $order->conversion_rate = (float) $this->document->currency->conversion_rate;
        $order->round_mode = (int) Configuration::get('PS_PRICE_ROUND_MODE');
        $order->round_type = (int) Configuration::get('PS_ROUND_TYPE');
        $this->fillTotals($order);
        $order->invoice_number = 0;
        $order->delivery_number = 0;
        // The shop's statistics select on the date of the invoice; the end of the right to return on the delivery's.
        $order->invoice_date = $this->document->inStatistics ? $this->document->dateAdd : self::NEVER;
        $order->delivery_date = $this->document->dateAdd;
        // Since 1.7.8; shown and editable in the back office.
        if (property_exists($order, 'note')) {
            $order->note = $this->document->internalReference;
        }
        $this->need($order->add(false), 'order');

        return $order;
    }

    /**
     * What a cart and its order have in common.
     *
     * @param Cart|Order $entity
     */
    private function fill($entity)
    {
        $shop = Context::getContext()->shop;
        $entity->id_shop = (int) $shop->id;
        $entity->id_shop_group = (int) $shop->id_shop_group;
        $entity->id_lang = $this->document->idLang;
        $entity->id_currency = (int) $this->document->currency->id;
        $entity->id_customer = (int) $this->document->customer->id;
        $entity->secure_key = $this->document->customer->secure_key;
        $entity->id_address_delivery = $this->idDelivery;
        $entity->id_address_invoice = $this->idInvoice;
        $entity->id_carrier = $this->document->idCarrier;
        $entity->date_add = $this->document->dateAdd;
        $entity->date_upd = $entity instanceof Cart ? $this->document->dateAdd : date('Y-m-d H:i:s');
    }

    private function fillTotals(Order $order)
    {
        $order->total_discounts = $this->document->discountTaxIncl;
        $order->total_discounts_tax_incl = $this->document->discountTaxIncl;
        $order->total_discounts_tax_excl = $this->document->discountTaxExcl;
        $order->total_paid = $this->document->paidTaxIncl;
        $order->total_paid_tax_incl = $this->document->paidTaxIncl;
        $order->total_paid_tax_excl = $this->document->paidTaxExcl;
        // addOrderPayment adds to it.
        $order->total_paid_real = 0;
        $order->total_products = $this->document->productsTaxExcl;
        $order->total_products_wt = $this->document->productsTaxIncl;
        $order->carrier_tax_rate = 0;
        foreach (['shipping', 'wrapping'] as $service) {
            foreach (['', '_tax_incl', '_tax_excl'] as $kind) {
                $order->{'total_' . $service . $kind} = 0;
            }
        }
    }

    /**
     * A discount of the whole order, without any cart rule in the shop: both offices show it.
     */
    private function addDiscount(Order $order)
    {
        if ($this->document->discountTaxIncl <= 0) {
            return;
        }
        $discount = new OrderCartRule();
        $discount->id_order = (int) $order->id;
        $discount->id_cart_rule = 0;
        $discount->id_order_invoice = 0;
        $language = new Language($this->document->idLang);
        $discount->name = $language->iso_code === 'fr' ? 'Remise magasin' : 'In-store discount';
        $discount->value = $this->document->discountTaxIncl;
        $discount->value_tax_excl = $this->document->discountTaxExcl;
        $discount->free_shipping = 0;
        $this->need($discount->add(), 'discount');
    }

    private function addCarrier(Order $order, $weight)
    {
        $carrier = new OrderCarrier();
        $carrier->id_order = (int) $order->id;
        $carrier->id_carrier = $this->document->idCarrier;
        $carrier->id_order_invoice = 0;
        $carrier->weight = (float) $weight;
        $carrier->shipping_cost_tax_excl = 0;
        $carrier->shipping_cost_tax_incl = 0;
        $carrier->tracking_number = '';
        $carrier->date_add = $this->document->dateAdd;
        $this->need($carrier->add(false), 'carrier');
    }

    private function enterState(Order $order)
    {
        $order->current_state = (int) $this->state->id;
        $order->valid = (bool) $this->state->logable;
        $this->need($order->update(), 'state');
        $history = new OrderHistory();
        $history->id_order = (int) $order->id;
        $history->id_order_state = (int) $this->state->id;
        $history->id_employee = 0;
        $history->date_add = $this->document->dateAdd;
        $this->need($history->add(false), 'history');
    }

    /**
     * Before PHP 8 the database fails silently: after a deadlock everything is already rolled back, and what follows
     * would be committed statement by statement.
     */
    private function check(Order $order)
    {
        $details = (int) Db::getInstance()->getValue(
            'SELECT COUNT(*) FROM `' . _DB_PREFIX_ . 'order_detail` WHERE `id_order` = ' . (int) $order->id,
            false
        );
        $state = (int) Db::getInstance()->getValue(
            'SELECT `current_state` FROM `' . _DB_PREFIX_ . 'orders` WHERE `id_order` = ' . (int) $order->id,
            false
        );
        $this->need($details === count($this->document->rows) && $state === (int) $this->state->id, 'check');
    }

    private function need($written, $what)
    {
        if (!$written) {
            throw new PrestaShopException('store order not written: ' . $what);
        }
    }

    /**
     * For the modules that keep counts of sales; actionValidateOrder would mail the merchant.
     */
    private function tell(Order $order)
    {
        try {
            $this->stock->tell();
            Hook::exec('actionOrderStatusPostUpdate', [
                'newOrderStatus' => $this->state,
                'oldOrderStatus' => new OrderState(),
                'id_order' => (int) $order->id,
            ], null, false, true, false, (int) $order->id_shop);
        } catch (Throwable $fault) {
            PrestaShopLogger::addLog('passerelle: a module failed on a store order, ' . get_class($fault), 3, null, 'Order', (int) $order->id, true);
        }
    }
}
