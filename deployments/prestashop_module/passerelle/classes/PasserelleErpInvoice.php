<?php
/**
 * One invoice or credit note of the ERP, read from the request and checked before anything is written.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleErpInvoice
{
    const KINDS = ['invoice', 'credit'];
    const LARGEST_PDF = 7000000;
    const AMOUNT = '/^(-?[0-9]{1,10}(\.[0-9]{1,6})?)?$/';

    public $idOrder;
    public $reference;

    /** @var array kind, number, date, total_tax_excl and total_tax_incl, as they are kept */
    public $values;

    /** @var string the bytes of the PDF, empty when none was sent */
    public $pdf = '';

    public static function read(SimpleXMLElement $node)
    {
        $invoice = new self();
        $invoice->idOrder = (int) $node->id_order;
        $invoice->reference = trim((string) $node->reference);
        $kind = trim((string) $node->kind);
        if (!in_array($kind, self::KINDS, true)) {
            throw new PasserelleRefusal('kind: ' . implode(', ', self::KINDS));
        }
        $number = PasserelleErpOrder::text($node, 'number', 64);
        if ($number === '') {
            throw new PasserelleRefusal('parameter "number" required');
        }
        $invoice->values = [
            'kind' => $kind,
            'number' => $number,
            'date' => PasserelleErpOrder::dateOf($node, 'date'),
            'total_tax_excl' => self::amount($node, 'total_tax_excl'),
            'total_tax_incl' => self::amount($node, 'total_tax_incl'),
        ];
        if (trim((string) $node->pdf) !== '') {
            $invoice->pdf = self::pdf(trim((string) $node->pdf));
        }

        return $invoice;
    }

    private static function amount(SimpleXMLElement $node, $name)
    {
        $text = trim((string) $node->$name);
        if (!preg_match(self::AMOUNT, $text)) {
            throw new PasserelleRefusal($name . ': a number with at most six decimals');
        }

        return $text === '' ? '' : PasserelleErpOrder::plain($text);
    }

    /**
     * Not what it is called but what it is: other kinds of files are never kept, nor one that was cut.
     */
    private static function pdf($text)
    {
        if (strlen($text) > 4 * self::LARGEST_PDF / 3 + 4) {
            throw new PasserelleRefusal('pdf: ' . self::LARGEST_PDF . ' bytes at most');
        }
        $bytes = base64_decode($text, true);
        if ($bytes === false) {
            throw new PasserelleRefusal('pdf: base64');
        }
        if (strpos($bytes, '%PDF-') !== 0 || strpos(substr($bytes, -1024), '%%EOF') === false) {
            throw new PasserelleRefusal('pdf: not a whole PDF');
        }

        return $bytes;
    }
}
