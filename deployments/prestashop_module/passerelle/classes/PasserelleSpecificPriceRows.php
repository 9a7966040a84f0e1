<?php
/**
 * Specific prices as rows: what the shop has of the products that lines name, and few statements for what they change.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleSpecificPriceRows
{
    /** The id of a row that is about to be made. */
    const CLAIMED = -1;

    /** @var bool whether a price that the shop has in the case of a new one stays as it is where it differs */
    private $keepsFound;

    private $table;

    /** @var string[][] rows by id */
    private $rows = [];

    /** @var int[] ids by case, without those of carts and rules */
    private $ids = [];

    /** @var bool[] by id_product, and by "id_product-id_product_attribute" */
    private $items = [];

    public function __construct($keepsFound)
    {
        $this->keepsFound = $keepsFound;
        $this->table = '`' . _DB_PREFIX_ . 'specific_price`';
    }

    /**
     * Decides what becomes of each line, without writing it.
     *
     * @param PasserelleSpecificPriceLine[] $lines those that can be read
     * @param bool $forUpdate whether nobody else may change the rows until the transaction ends
     */
    public function decide(array $lines, $forUpdate = true)
    {
        $this->read($lines, $forUpdate ? ' FOR UPDATE' : '');
        $this->lookUpItems($lines);
        $strange = $this->strange($lines);
        $named = [];
        foreach ($lines as $line) {
            $line->status = '';
            $line->isNews = false;
            $line->id = $line->named;
            $case = PasserelleSpecificPriceLine::caseOf($line->values);
            $there = isset($this->ids[$case]) ? $this->ids[$case] : 0;
            // Two lines that end in one row are one line too many, however each of them names it.
            $row = $line->named ?: ($there > 0 ? $there : $case);
            $line->left = $this->left($line, $there, $strange, isset($named[$row]));
            $named[$row] = true;
            if ($line->left === '') {
                $this->end($line, $case, $there);
            }
        }
    }

    /**
     * Writes what was decided.
     */
    public function write(array $lines)
    {
        $new = [];
        $changed = [];
        foreach ($lines as $line) {
            if (!$line->isNews) {
                continue;
            }
            if ($line->id === 0) {
                $new[] = $line;
            } elseif ($this->hasMoved($line)) {
                $this->move($line);
            } else {
                $changed[$line->id] = $line;
            }
        }
        $this->insert($new);
        $this->change($changed);
    }

    /**
     * Reads all again: gives the lines that were made their ids, and tells what each holds.
     *
     * @return string[] by the keys of $lines: `status,id;values`, empty for one that was left or is gone
     */
    public function held(array $lines)
    {
        $this->read($lines, '');
        $held = [];
        foreach ($lines as $key => $line) {
            if ($line->left === '' && $line->id === 0) {
                $case = PasserelleSpecificPriceLine::caseOf($line->values);
                $line->id = isset($this->ids[$case]) ? $this->ids[$case] : 0;
            }
            $held[$key] = '';
            if ($line->left === '' && isset($this->rows[$line->id])) {
                $row = $this->rows[$line->id];
                $held[$key] = $line->status . ',' . $line->id;
                foreach (PasserelleSpecificPriceLine::FIELDS as $field) {
                    $held[$key] .= ';' . $row[$field];
                }
            }
        }

        return $held;
    }

    private function read(array $lines, $lock)
    {
        $this->rows = [];
        $this->ids = [];
        $products = $this->column($lines, 'id_product');
        if ($products === []) {
            return;
        }
        $rows = PasserelleConnection::rows('SELECT * FROM ' . $this->table . ' WHERE `id_product` IN (' . implode(',', $products) . ')'
            . $lock);
        foreach ($rows as $row) {
            $row = array_map('strval', $row);
            $id = (int) $row['id_specific_price'];
            $this->rows[$id] = $row;
            if ($this->isPlain($row)) {
                $this->ids[PasserelleSpecificPriceLine::caseOf($row)] = $id;
            }
        }
    }

    private function isPlain(array $row)
    {
        return $row['id_cart'] === '0' && $row['id_specific_price_rule'] === '0';
    }

    /**
     * The products and combinations of the shop that the request is for.
     */
    private function lookUpItems(array $lines)
    {
        $this->items = [];
        $shop = ' WHERE `id_shop` = ' . (int) Context::getContext()->shop->id;
        $products = $this->column($lines, 'id_product');
        $combinations = $this->column($lines, 'id_product_attribute');
        if ($products !== []) {
            $rows = PasserelleConnection::rows('SELECT `id_product` FROM `' . _DB_PREFIX_ . 'product_shop`' . $shop
                . ' AND `id_product` IN (' . implode(',', $products) . ')');
            foreach ($rows as $row) {
                $this->items[(int) $row['id_product'] . '-0'] = true;
            }
        }
        if ($combinations !== []) {
            $rows = PasserelleConnection::rows('SELECT `id_product`, `id_product_attribute` FROM `' . _DB_PREFIX_
                . 'product_attribute_shop`' . $shop . ' AND `id_product_attribute` IN (' . implode(',', $combinations) . ')');
            foreach ($rows as $row) {
                $this->items[(int) $row['id_product'] . '-' . (int) $row['id_product_attribute']] = true;
            }
        }
    }

    /**
     * Ids of the lines that are another product's, as keys.
     */
    private function strange(array $lines)
    {
        $unknown = [];
        foreach ($lines as $line) {
            if ($line->named !== 0 && !isset($this->rows[$line->named])) {
                $unknown[$line->named] = $line->named;
            }
        }
        $strange = [];
        if ($unknown !== []) {
            $rows = PasserelleConnection::rows('SELECT `id_specific_price` FROM ' . $this->table
                . ' WHERE `id_specific_price` IN (' . implode(',', $unknown) . ')');
            foreach ($rows as $row) {
                $strange[(int) $row['id_specific_price']] = true;
            }
        }

        return $strange;
    }

    /**
     * @param int $there the row that holds the line's case
     *
     * @return string why the line is left, empty where it is not
     */
    private function left(PasserelleSpecificPriceLine $line, $there, array $strange, $isTwice)
    {
        if ($isTwice && $line->named !== 0) {
            return 'twice';
        }
        if ($line->named !== 0 && !isset($this->rows[$line->named])) {
            return isset($strange[$line->named]) ? 'other' : 'gone';
        }
        if ($line->named !== 0 && ($this->rows[$line->named]['id_product'] !== $line->values['id_product'] || !$this->isPlain($this->rows[$line->named]))) {
            return 'other';
        }
        $product = $line->values['id_product'] . '-';
        if (!isset($this->items[$product . '0'])) {
            return 'unknown_product';
        }
        if (!isset($this->items[$product . $line->values['id_product_attribute']])) {
            return 'unknown_combination';
        }
        if ($line->named === 0) {
            return $isTwice ? 'twice' : ($there !== 0 && $this->keepsFound && !$line->isIn($this->rows[$there]) ? 'exists' : '');
        }

        return $there !== 0 && $there !== $line->named ? 'exists' : '';
    }

    /**
     * The case is the line's from here on, whichever line comes after it.
     */
    private function end(PasserelleSpecificPriceLine $line, $case, $there)
    {
        $line->isNews = $there === 0 || !$line->isIn($this->rows[$there]);
        if ($line->id === 0) {
            $line->status = $there === 0 ? 'c' : 'e';
            $line->id = $there;
        } else {
            $line->status = $line->isNews ? 'u' : 'n';
            unset($this->ids[PasserelleSpecificPriceLine::caseOf($this->rows[$line->id])]);
        }
        $this->ids[$case] = $line->id ?: self::CLAIMED;
    }

    private function hasMoved(PasserelleSpecificPriceLine $line)
    {
        return PasserelleSpecificPriceLine::caseOf($this->rows[$line->id]) !== PasserelleSpecificPriceLine::caseOf($line->values);
    }

    private function move(PasserelleSpecificPriceLine $line)
    {
        $sets = [];
        foreach ($line->values as $field => $value) {
            $sets[] = '`' . $field . "` = '" . pSQL($value) . "'";
        }
        PasserelleConnection::execute('UPDATE ' . $this->table . ' SET ' . implode(', ', $sets) . ' WHERE `id_specific_price` = ' . (int) $line->id);
    }

    private function insert(array $lines)
    {
        $rows = [];
        foreach ($lines as $line) {
            $rows[] = "(0, 0, '" . implode("', '", array_map('pSQL', $line->values)) . "')";
        }
        if ($rows !== []) {
            $names = implode('`, `', PasserelleSpecificPriceLine::FIELDS);
            PasserelleConnection::execute('INSERT INTO ' . $this->table . ' (`id_cart`, `id_specific_price_rule`, `' . $names . '`) VALUES '
                . implode(', ', $rows));
        }
    }

    private function change(array $lines)
    {
        if ($lines === []) {
            return;
        }
        $sets = [];
        foreach (PasserelleSpecificPriceLine::VALUES as $field) {
            $whens = '';
            foreach ($lines as $id => $line) {
                $whens .= ' WHEN ' . (int) $id . " THEN '" . pSQL($line->values[$field]) . "'";
            }
            $sets[] = '`' . $field . '` = CASE `id_specific_price`' . $whens . ' END';
        }
        PasserelleConnection::execute('UPDATE ' . $this->table . ' SET ' . implode(', ', $sets)
            . ' WHERE `id_specific_price` IN (' . implode(',', array_keys($lines)) . ')');
    }

    /**
     * @return int[] what the lines say in a field, each once, without 0
     */
    private function column(array $lines, $field)
    {
        $ids = [];
        foreach ($lines as $line) {
            if ($line->values !== [] && $line->values[$field] !== '0') {
                $ids[(int) $line->values[$field]] = (int) $line->values[$field];
            }
        }

        return $ids;
    }
}
