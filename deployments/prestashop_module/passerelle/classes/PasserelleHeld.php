<?php
/**
 * What the database has of entities that were just made, as the webservice would show the fields they were given.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleHeld
{
    /** Table, the entity's column in it, and the columns of a row by their names in the webservice. */
    const MEMBERS = [
        'categories' => ['category_product', 'id_product', ['id' => 'id_category']],
        'product_features' => ['feature_product', 'id_product', ['id' => 'id_feature', 'id_feature_value' => 'id_feature_value']],
        'product_option_values' => ['product_attribute_combination', 'id_product_attribute', ['id' => 'id_attribute']],
    ];

    private $definition;
    private $ids;

    /** @var array rows by id */
    private $own = [];
    private $ofShop = [];

    /** @var array rows by id and language */
    private $texts = [];

    /** @var array lists of rows by association and id */
    private $members = [];

    /**
     * @param PasserelleProductLine[] $lines of one kind
     */
    public function __construct(array $lines)
    {
        $this->definition = ObjectModel::getDefinition($lines[0]->entity);
        $this->ids = implode(',', array_map(function (PasserelleProductLine $line) {
            return (int) $line->id;
        }, $lines));
        $table = $this->definition['table'];
        $shop = ' AND `id_shop` = ' . (int) Context::getContext()->shop->id;
        foreach ($this->rows($table) as $row) {
            $this->own[$this->idOf($row)] = $row;
        }
        foreach ($this->rows($table . '_shop', $shop) as $row) {
            $this->ofShop[$this->idOf($row)] = $row;
        }
        if (!empty($this->definition['multilang'])) {
            foreach ($this->rows($table . '_lang', empty($this->definition['multilang_shop']) ? '' : $shop) as $row) {
                $this->texts[$this->idOf($row)][(int) $row['id_lang']] = $row;
            }
        }
        foreach (PasserelleProductLine::ASSOCIATIONS[$lines[0]->kind] as $name) {
            $this->members[$name] = $this->membersOf($name);
        }
    }

    /**
     * @return string JSON; empty where a field is shown in another way than it is kept
     */
    public function of(PasserelleProductLine $line)
    {
        if (!isset($this->own[$line->id], $this->ofShop[$line->id]) || !$line->isPlain) {
            return '';
        }
        $held = [];
        foreach ($line->given as $name => $column) {
            $field = isset($this->definition['fields'][$column]) ? $this->definition['fields'][$column] : [];
            $row = empty($field['shop']) ? $this->own[$line->id] : $this->ofShop[$line->id];
            if (!empty($field['lang'])) {
                $held[$name] = (object) array_map('strval', array_column($this->textsOf($line->id), $column, 'id_lang'));
            } elseif (array_key_exists($column, $row)) {
                $held[$name] = (string) $row[$column];
            } else {
                return '';
            }
        }
        foreach (array_keys($line->associations) as $name) {
            $held['associations'][$name] = isset($this->members[$name][$line->id]) ? $this->members[$name][$line->id] : [];
        }

        return (string) json_encode($held);
    }

    private function textsOf($id)
    {
        return isset($this->texts[$id]) ? $this->texts[$id] : [];
    }

    private function membersOf($association)
    {
        list($table, $owner, $columns) = self::MEMBERS[$association];
        $members = [];
        foreach (PasserelleConnection::rows('SELECT * FROM `' . _DB_PREFIX_ . $table . '` WHERE `' . $owner . '` IN (' . $this->ids . ')') as $row) {
            $member = [];
            foreach ($columns as $name => $column) {
                $member[$name] = (string) $row[$column];
            }
            $members[(int) $row[$owner]][] = $member;
        }

        return $members;
    }

    private function rows($table, $also = '')
    {
        return PasserelleConnection::rows('SELECT * FROM `' . _DB_PREFIX_ . bqSQL($table) . '`
            WHERE `' . bqSQL($this->definition['primary']) . '` IN (' . $this->ids . ')' . $also);
    }

    private function idOf(array $row)
    {
        return (int) $row[$this->definition['primary']];
    }
}
