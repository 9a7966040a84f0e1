<?php
/**
 * One sale of a store as the document tells it, read and checked before anything is written.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleStoreOrderDocument
{
    const AMOUNT = '/^[0-9]{1,10}(\.[0-9]{1,9})?$/';
    const TOLERANCE = 0.005;

    /** @var Customer */
    public $customer;

    /** @var Currency */
    public $currency;

    public $internalReference;
    public $externalReference;
    public $idStore;
    public $idCarrier;
    public $idLang;
    public $payment;
    public $dateAdd;
    public $discountTaxIncl;
    public $discountTaxExcl;
    public $productsTaxIncl = 0.0;
    public $productsTaxExcl = 0.0;
    public $paidTaxIncl;
    public $paidTaxExcl;
    public $inStatistics;
    public $takesStock;

    /** @var array|null fields of the address to invoice, null for the customer's own */
    public $invoice;

    /** @var array rows by name of field, with product_id and product_attribute_id */
    public $rows = [];

    /**
     * The reference alone, which tells whether the sale is already there.
     */
    public static function referenceOf(SimpleXMLElement $node)
    {
        $reference = trim((string) $node->internal_reference);
        if ($reference === '') {
            throw new PasserelleRefusal('parameter "internal_reference" required');
        }
        if (!preg_match('~^[A-Za-z0-9 ./:#_-]{1,64}$~', $reference)) {
            throw new PasserelleRefusal('internal_reference: letters, digits, spaces and . / : # - _ only, 64 at most');
        }

        return $reference;
    }

    /**
     * What the order is to be called in the shop, empty to leave that to us: nine characters are all that the column
     * has before 9.0.
     */
    public static function externalReferenceOf(SimpleXMLElement $node)
    {
        $reference = trim((string) $node->external_reference);
        if (!preg_match('/^[A-Za-z0-9_-]{0,9}$/', $reference)) {
            throw new PasserelleRefusal('external_reference: letters, digits, - and _ only, 9 at most');
        }

        return $reference;
    }

    public static function read(SimpleXMLElement $node)
    {
        $document = new self();
        $document->internalReference = self::referenceOf($node);
        $document->externalReference = self::externalReferenceOf($node);
        $document->readHead($node);
        $document->readRows($node);
        $document->checkTotals((string) $node->total_paid_tax_incl);

        return $document;
    }

    private function readHead(SimpleXMLElement $node)
    {
        $this->customer = new Customer((int) $node->id_customer);
        if (!Validate::isLoadedObject($this->customer) || $this->customer->deleted) {
            throw new PasserelleRefusal('unknown customer');
        }
        // The shops whose customers this shop shares, itself among them.
        if (Shop::isFeatureActive() && !in_array((int) $this->customer->id_shop, array_map('intval', Shop::getContextListShopID(Shop::SHARE_CUSTOMER)), true)) {
            throw new PasserelleRefusal('the customer is one of another shop');
        }
        $language = new Language((int) $this->customer->id_lang);
        $this->idLang = Validate::isLoadedObject($language) ? (int) $language->id : (int) Configuration::get('PS_LANG_DEFAULT');
        $this->currency = new Currency((int) $node->id_currency ?: (int) Configuration::get('PS_CURRENCY_DEFAULT'));
        if (!Validate::isLoadedObject($this->currency)) {
            throw new PasserelleRefusal('unknown currency');
        }
        $this->idStore = (int) $node->id_store;
        $this->idCarrier = (int) $node->id_carrier;
        $this->payment = trim((string) $node->payment);
        if ($this->payment === '' || !Validate::isGenericName($this->payment)) {
            throw new PasserelleRefusal('payment: a text without < > = { }');
        }
        $this->dateAdd = trim((string) $node->date_add);
        $date = DateTime::createFromFormat('Y-m-d H:i:s', $this->dateAdd);
        if ($date === false || $date->format('Y-m-d H:i:s') !== $this->dateAdd) {
            throw new PasserelleRefusal('date_add: YYYY-MM-DD HH:MM:SS');
        }
        $this->inStatistics = (string) $node->count_in_stats === '1';
        $this->takesStock = (string) $node->take_stock === '1';
        $this->readInvoice($node);
        $this->discountTaxIncl = $this->amount($node, 'total_discounts_tax_incl', '', '0');
        $this->discountTaxExcl = $this->amount($node, 'total_discounts_tax_excl', '', '0');
        $this->paidTaxIncl = $this->amount($node, 'total_paid_tax_incl');
    }

    private function readInvoice(SimpleXMLElement $node)
    {
        $idCountry = (int) $node->invoice_id_country;
        if ($idCountry === 0) {
            return;
        }
        if (!Validate::isLoadedObject(new Country($idCountry))) {
            throw new PasserelleRefusal('unknown country');
        }
        $this->invoice = ['id_country' => $idCountry];
        foreach (['alias', 'address1', 'address2', 'postcode', 'city'] as $field) {
            $this->invoice[$field] = trim((string) $node->{'invoice_' . $field});
        }
    }

    private function readRows(SimpleXMLElement $node)
    {
        $nodes = [];
        foreach ([$node->order_rows, $node->associations->order_rows] as $place) {
            if ($place === null || !isset($place->order_row)) {
                continue;
            }
            foreach ($place->order_row as $row) {
                $nodes[] = $row;
            }
        }
        if ($nodes === []) {
            throw new PasserelleRefusal('no rows');
        }
        $wanted = [];
        foreach ($nodes as $row) {
            $wanted[] = trim((string) $row->product_reference);
        }
        $references = new PasserelleReferences(array_unique(array_filter($wanted, 'strlen')));
        foreach ($nodes as $index => $row) {
            $this->rows[] = $this->readRow($row, 'row ' . ($index + 1) . ': ')
                + $this->product($references, $wanted[$index], 'row ' . ($index + 1) . ': ', (string) $node->allow_unknown === '1');
        }
    }

    private function readRow(SimpleXMLElement $row, $place)
    {
        // The column is an unsigned integer: neither returns nor fractions.
        if (!preg_match('/^[1-9][0-9]{0,8}$/', trim((string) $row->product_quantity))) {
            throw new PasserelleRefusal($place . 'quantity must be a positive integer');
        }
        $quantity = (int) $row->product_quantity;
        $read = [
            'product_reference' => trim((string) $row->product_reference),
            // What isGenericName does not take.
            'product_name' => trim(Tools::substr(str_replace(['<', '>', '=', '{', '}'], ' ', (string) $row->product_name), 0, 255)),
            'product_quantity' => $quantity,
            'unit_price_tax_excl' => $this->amount($row, 'unit_price_tax_excl', $place),
            'unit_price_tax_incl' => $this->amount($row, 'unit_price_tax_incl', $place),
            'reduction_percent' => $this->amount($row, 'reduction_percent', $place, '0'),
        ];
        foreach (['tax_excl', 'tax_incl'] as $kind) {
            $computed = sprintf('%.2F', round($read['unit_price_' . $kind] * $quantity, 2));
            $read['total_price_' . $kind] = $this->amount($row, 'total_price_' . $kind, $place, $computed);
        }
        $this->productsTaxExcl += $read['total_price_tax_excl'];
        $this->productsTaxIncl += $read['total_price_tax_incl'];

        return $read;
    }

    private function product(PasserelleReferences $references, $reference, $place, $allowUnknown)
    {
        $owners = $reference === '' ? [] : $references->ownersOf($reference);
        if (count($owners) > 1) {
            throw new PasserelleRefusal('reference ' . $reference . ' is used ' . count($owners) . ' times');
        }
        if ($owners === [] && !$allowUnknown) {
            throw new PasserelleRefusal($place . 'unknown reference ' . $reference);
        }

        return [
            'product_id' => $owners === [] ? 0 : $owners[0][0],
            'product_attribute_id' => $owners === [] ? 0 : $owners[0][1],
        ];
    }

    private function checkTotals($said)
    {
        $sum = round($this->productsTaxIncl - $this->discountTaxIncl, 6);
        if (abs($sum - $this->paidTaxIncl) > self::TOLERANCE + 1e-9) {
            throw new PasserelleRefusal(
                'total_paid_tax_incl ' . trim($said) . ' differs from the sum of the rows less discounts ' . sprintf('%.2F', $sum)
            );
        }
        $this->productsTaxIncl = round($this->productsTaxIncl, 6);
        $this->productsTaxExcl = round($this->productsTaxExcl, 6);
        $this->paidTaxExcl = max(0.0, round($this->productsTaxExcl - $this->discountTaxExcl, 6));
    }

    private function amount(SimpleXMLElement $node, $name, $place = '', $default = null)
    {
        $text = trim((string) $node->$name);
        if ($text === '' && $default !== null) {
            $text = $default;
        }
        if (!preg_match(self::AMOUNT, $text)) {
            throw new PasserelleRefusal($place . $name);
        }

        return (float) $text;
    }
}
