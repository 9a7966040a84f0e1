<?php
/**
 * What the ERP's documents say of one order, read from the request and checked before anything is written.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleErpOrder
{
    const TYPES = ['order', 'preparation', 'delivery', 'invoice', 'credit', 'cancelled'];

    public $id;
    public $reference;

    /** @var string YYYY-MM-DD, empty when the ERP does not know it */
    public $deliveryDate;

    /** @var array documents with type, number, date and lines; a line has reference, name, quantity and parcel */
    public $documents = [];

    public static function read(SimpleXMLElement $node)
    {
        $order = new self();
        $order->id = (int) $node->id_order;
        $order->reference = trim((string) $node->reference);
        $order->deliveryDate = self::dateOf($node, 'delivery_date');
        if (isset($node->documents->document)) {
            foreach ($node->documents->document as $document) {
                $order->documents[] = self::document($document);
            }
        }

        return $order;
    }

    private static function document(SimpleXMLElement $node)
    {
        $type = trim((string) $node->type);
        if (!in_array($type, self::TYPES, true)) {
            throw new PasserelleRefusal('type: ' . implode(', ', self::TYPES));
        }
        $number = self::text($node, 'number', 64);
        if ($number === '') {
            throw new PasserelleRefusal('parameter "number" required');
        }
        $document = ['type' => $type, 'number' => $number, 'date' => self::dateOf($node, 'date'), 'lines' => []];
        if (isset($node->lines->line)) {
            foreach ($node->lines->line as $line) {
                $document['lines'][] = self::line($line);
            }
        }

        return $document;
    }

    private static function line(SimpleXMLElement $node)
    {
        $quantity = trim((string) $node->quantity);
        if (!preg_match('/^-?[0-9]{1,10}(\.[0-9]{1,6})?$/', $quantity)) {
            throw new PasserelleRefusal('quantity: a number with at most six decimals');
        }

        return [
            'reference' => self::text($node, 'reference', 64),
            'name' => self::text($node, 'name', 255),
            'quantity' => self::plain($quantity),
            'parcel' => self::text($node, 'parcel', 64),
        ];
    }

    /**
     * A quantity as it is written shortest, so that 2 and 2.000000 are the same.
     */
    public static function plain($quantity)
    {
        return strpos($quantity, '.') === false ? $quantity : rtrim(rtrim($quantity, '0'), '.');
    }

    public static function text(SimpleXMLElement $node, $name, $longest)
    {
        $text = trim((string) $node->$name);
        if (Tools::strlen($text) > $longest) {
            throw new PasserelleRefusal($name . ': ' . $longest . ' characters at most');
        }

        return $text;
    }

    public static function dateOf(SimpleXMLElement $node, $name)
    {
        $text = trim((string) $node->$name);
        $date = DateTime::createFromFormat('Y-m-d', $text);
        if ($text !== '' && ($date === false || $date->format('Y-m-d') !== $text || $text < '1970-01-02')) {
            throw new PasserelleRefusal($name . ': YYYY-MM-DD');
        }

        return $text;
    }
}
