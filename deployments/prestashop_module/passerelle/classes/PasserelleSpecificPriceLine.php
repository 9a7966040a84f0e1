<?php
/**
 * A line of `specific_price_lines`: one specific price as it is wanted, and what became of it.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleSpecificPriceLine
{
    /** Whom the price is for and when. The database keeps one row of each case, beside those of carts and rules. */
    const CASE_FIELDS = [
        'id_product', 'id_product_attribute', 'id_shop', 'id_shop_group', 'id_currency', 'id_country', 'id_group', 'id_customer',
        'from_quantity', 'from', 'to',
    ];
    const VALUES = ['price', 'reduction_type', 'reduction', 'reduction_tax'];
    /** In the order of a line, behind its id. */
    const FIELDS = [
        'id_product', 'id_product_attribute', 'id_shop', 'id_shop_group', 'id_currency', 'id_country', 'id_group', 'id_customer',
        'from_quantity', 'price', 'reduction_type', 'reduction', 'reduction_tax', 'from', 'to',
    ];
    const FORMAT = '/^[0-9]{1,10}(;[0-9]{1,10}){9};-?[0-9]{1,14}(\.[0-9]{1,6})?;(amount|percentage);[0-9]{1,14}(\.[0-9]{1,6})?;[01]'
        . '(;[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}){2}$/D';

    const NO_DATE = '0000-00-00 00:00:00';
    const HIGHEST = ['from_quantity' => 16777215];
    const HIGHEST_ID = 4294967295;

    /** @var int the id_specific_price that the line names, 0 where the price is new */
    public $named = 0;

    /** @var int the id_specific_price that the price has, 0 as long as it has none */
    public $id = 0;

    /** @var string[] texts by field, as the table holds them */
    public $values = [];

    /** @var string `c` made, `e` found, `u` changed, `n` unchanged; empty as long as nothing became of it */
    public $status = '';

    /** @var bool whether the shop has it otherwise */
    public $isNews = false;

    /** @var string why it is left */
    public $left = '';

    /**
     * @return self[] one for each line of the body that is not empty
     */
    public static function readAll()
    {
        $lines = [];
        foreach (preg_split('/\r\n|\r|\n/', (string) file_get_contents('php://input')) as $text) {
            if (trim($text) !== '') {
                $lines[] = self::read(trim($text));
            }
        }
        if ($lines === []) {
            throw new WebserviceException('no lines', [85, 400]);
        }

        return $lines;
    }

    /**
     * The case of a row or of a line's values.
     */
    public static function caseOf(array $values)
    {
        $case = '';
        foreach (self::CASE_FIELDS as $field) {
            $case .= $values[$field] . ';';
        }

        return $case;
    }

    /**
     * Whether a row says what the line wants.
     */
    public function isIn(array $row)
    {
        foreach (self::VALUES as $field) {
            if ($row[$field] !== $this->values[$field]) {
                return false;
            }
        }

        return true;
    }

    private static function read($text)
    {
        $line = new self();
        if (!preg_match(self::FORMAT, $text)) {
            $line->left = 'invalid';

            return $line;
        }
        $texts = explode(';', $text);
        $line->named = (int) array_shift($texts);
        foreach (array_combine(self::FIELDS, $texts) as $field => $value) {
            $line->values[$field] = ctype_digit($value) ? (string) (int) $value : $value;
        }
        $line->values['price'] = self::decimal($texts[9]);
        $line->values['reduction'] = self::decimal($texts[11]);
        if (!self::canBeHeld($line->values)) {
            $line->left = 'invalid';
            $line->values = [];
        }

        return $line;
    }

    /**
     * Whether the columns hold these values as they are: PrestaShop's connection is not strict, and the database would
     * keep another number, and no date at all for 31 February.
     */
    private static function canBeHeld(array $values)
    {
        foreach (self::CASE_FIELDS as $field) {
            $highest = isset(self::HIGHEST[$field]) ? self::HIGHEST[$field] : self::HIGHEST_ID;
            $isDate = $field === 'from' || $field === 'to';
            if ($isDate ? !self::isDate($values[$field]) : (int) $values[$field] > $highest) {
                return false;
            }
        }

        return true;
    }

    private static function isDate($text)
    {
        list($year, $month, $day, $hour, $minute, $second) = array_map('intval', preg_split('/[- :]/', $text));

        return $text === self::NO_DATE || (checkdate($month, $day, $year) && $hour < 24 && $minute < 60 && $second < 60);
    }

    /**
     * As a column of six decimals holds it; no number of PHP has as many digits.
     */
    private static function decimal($text)
    {
        $sign = $text[0] === '-' ? '-' : '';
        list($whole, $part) = array_pad(explode('.', ltrim($text, '-')), 2, '');
        $whole = ltrim($whole, '0');
        $plain = ($whole === '' ? '0' : $whole) . '.' . str_pad($part, 6, '0');

        return ($plain === '0.000000' ? '' : $sign) . $plain;
    }
}
