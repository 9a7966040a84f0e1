<?php
/**
 * Writes the rows of a store order, with their taxes, inside the order's transaction.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleStoreOrderRows
{
    /** @var Order */
    private $order;

    /** @var PasserelleTaxes */
    private $taxes;

    public $weight = 0.0;

    public function __construct(Order $order, PasserelleTaxes $taxes)
    {
        $this->order = $order;
        $this->taxes = $taxes;
    }

    public function add(array $row)
    {
        $detail = new OrderDetail(null, null, Context::getContext());
        $detail->id_order = (int) $this->order->id;
        $detail->id_order_invoice = 0;
        $detail->id_warehouse = 0;
        $detail->id_shop = (int) $this->order->id_shop;
        $this->fillProduct($detail, $row);
        $this->fillPrices($detail, $row);
        $rates = $this->taxes->of($detail->id_tax_rules_group, $row['unit_price_tax_excl'], $row['unit_price_tax_incl']);
        $detail->tax_rate = array_sum($rates);
        $detail->tax_computation_method = 0;
        if (!$detail->add()) {
            throw new PrestaShopException('a row was not written');
        }
        $this->addTaxes((int) $detail->id, $row, $rates);
        $this->weight += (float) $detail->product_weight * $row['product_quantity'];
    }

    private function fillProduct(OrderDetail $detail, array $row)
    {
        $product = new Product((int) $row['product_id'] ?: null, false, (int) $this->order->id_lang);
        $combination = $row['product_attribute_id'] ? new Combination((int) $row['product_attribute_id']) : null;
        $detail->product_id = (int) $row['product_id'];
        $detail->product_attribute_id = (int) $row['product_attribute_id'];
        $detail->id_customization = 0;
        $detail->product_name = $this->nameOf($row);
        $detail->product_reference = $row['product_reference'];
        foreach (['ean13', 'isbn', 'upc', 'mpn'] as $code) {
            $own = $combination && isset($combination->$code) ? (string) $combination->$code : '';
            $ofProduct = isset($product->$code) ? (string) $product->$code : '';
            if (property_exists($detail, 'product_' . $code)) {
                $detail->{'product_' . $code} = $own !== '' ? $own : $ofProduct;
            }
        }
        $detail->product_supplier_reference = (string) $product->supplier_reference;
        $detail->product_weight = (float) $product->weight + ($combination ? (float) $combination->weight : 0.0);
        $detail->id_tax_rules_group = $product->id ? (int) $product->id_tax_rules_group : 0;
        $wholesale = $combination ? (float) $combination->wholesale_price : 0.0;
        $detail->purchase_supplier_price = $wholesale > 0 ? $wholesale : (float) $product->wholesale_price;
        $detail->original_product_price = $product->id
            ? (float) $product->price + ($combination ? (float) $combination->price : 0.0)
            : $row['unit_price_tax_excl'];
    }

    private function nameOf(array $row)
    {
        if ($row['product_name'] !== '') {
            return $row['product_name'];
        }
        if ($row['product_id'] > 0) {
            return (string) Product::getProductName((int) $row['product_id'], (int) $row['product_attribute_id'] ?: null, (int) $this->order->id_lang);
        }

        return $row['product_reference'] !== '' ? $row['product_reference'] : '-';
    }

    private function fillPrices(OrderDetail $detail, array $row)
    {
        $detail->product_quantity = $row['product_quantity'];
        $detail->product_quantity_in_stock = $row['product_quantity'];
        $detail->product_quantity_return = 0;
        $detail->product_quantity_refunded = 0;
        $detail->product_quantity_reinjected = 0;
        $detail->product_price = $row['unit_price_tax_excl'];
        foreach (['unit_price_tax_excl', 'unit_price_tax_incl', 'total_price_tax_excl', 'total_price_tax_incl', 'reduction_percent'] as $field) {
            $detail->$field = $row[$field];
        }
        $zero = [
            'reduction_amount', 'reduction_amount_tax_incl', 'reduction_amount_tax_excl', 'group_reduction',
            'product_quantity_discount', 'ecotax', 'ecotax_tax_rate', 'discount_quantity_applied', 'download_nb',
            'total_shipping_price_tax_excl', 'total_shipping_price_tax_incl',
        ];
        foreach ($zero as $field) {
            $detail->$field = 0;
        }
        $detail->tax_name = '';
        $detail->download_hash = '';
        $detail->download_deadline = '0000-00-00 00:00:00';
    }

    private function addTaxes($idOrderDetail, array $row, array $rates)
    {
        $unit = $row['unit_price_tax_incl'] - $row['unit_price_tax_excl'];
        $total = $row['total_price_tax_incl'] - $row['total_price_tax_excl'];
        foreach ($rates as $idTax => $rate) {
            $share = array_sum($rates) > 0 ? $rate / array_sum($rates) : 0;
            $written = Db::getInstance()->insert('order_detail_tax', [
                'id_order_detail' => $idOrderDetail,
                'id_tax' => (int) $idTax,
                'unit_amount' => sprintf('%.6F', $unit * $share),
                'total_amount' => sprintf('%.6F', $total * $share),
            ]);
            if (!$written) {
                throw new PrestaShopException('the tax of a row was not written');
            }
        }
    }
}
