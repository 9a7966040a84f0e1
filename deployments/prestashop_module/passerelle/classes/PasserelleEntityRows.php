<?php
/**
 * New entities become rows of their tables, many in one statement. What stands in them is what the core's own object
 * gives out.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

abstract class PasserelleEntityRows
{
    /** Rows of one statement: a text of each may be large, and max_allowed_packet small. */
    const AT_ONCE = 100;

    /** @var int[] */
    protected $shops;

    /** @var array lists of rows by table */
    private $rows = [];

    public function __construct()
    {
        $this->shops = array_map('intval', Shop::getContextListShopID());
    }

    /**
     * Ends the lines whose entity the shop has already, and those that cannot be written.
     *
     * @param PasserelleProductLine[] $lines those that are open
     * @param string $field what names an entity
     */
    abstract public function lookUp(array $lines, $field);

    /**
     * Adds the rows of one entity, whose own is there, to those that are written at the end.
     */
    abstract protected function collect(PasserelleProductLine $line);

    /**
     * What the core does with each entity after its rows, and what it tells other modules.
     *
     * @return array names of hooks and what each is told
     */
    abstract public function hooksAfter(PasserelleProductLine $line);

    /**
     * @param PasserelleProductLine[] $lines
     * @param string $field what names an entity
     */
    public function write(array $lines, $field)
    {
        $this->rows = [];
        foreach (array_chunk($lines, self::AT_ONCE) as $part) {
            $this->insertOwn(array_column($part, 'entity'), $field);
        }
        foreach ($lines as $line) {
            $this->collectShopsAndTexts($line->entity);
            $this->collect($line);
        }
        foreach ($this->rows as $table => $rows) {
            foreach (array_chunk($rows, self::AT_ONCE) as $part) {
                $this->insert($table, $part);
            }
        }
        foreach ($lines as $line) {
            $line->end('created', $line->entity->id);
        }
    }

    protected function addRow($table, array $row)
    {
        $this->rows[$table][] = $row;
    }

    protected function addStockRow($idProduct, $idCombination, $outOfStock)
    {
        foreach ($this->shops as $shop) {
            $row = [
                'out_of_stock' => (int) $outOfStock,
                'id_product' => (int) $idProduct,
                'id_product_attribute' => (int) $idCombination,
            ];
            StockAvailable::addSqlShopParams($row, $shop);
            $this->addRow('stock_available', $row);
        }
    }

    /**
     * The database finds without regard to case and accents: only equal texts are kept, of each the lowest id.
     *
     * @return array ids by exact text
     */
    protected function idsBy($sql)
    {
        $ids = [];
        foreach (PasserelleConnection::rows($sql) as $row) {
            $text = '=' . $row['text'];
            if (!isset($ids[$text])) {
                $ids[$text] = (int) $row['id'];
            }
        }

        return $ids;
    }

    protected function quoted(array $texts)
    {
        return implode(',', array_map(function ($text) {
            return "'" . pSQL($text) . "'";
        }, $texts));
    }

    /**
     * As ObjectModel::add. The rows of one statement have ids one after the other; each is looked at before it is believed.
     *
     * @param ObjectModel[] $entities
     */
    private function insertOwn(array $entities, $field)
    {
        $definition = ObjectModel::getDefinition($entities[0]);
        $rows = [];
        foreach ($entities as $entity) {
            $this->prepare($entity, $definition['table']);
            $rows[] = $entity->getFields();
        }
        $this->insert($definition['table'], $rows);
        $id = (int) Db::getInstance()->Insert_ID();
        $step = max(1, (int) Db::getInstance()->getValue('SELECT @@auto_increment_increment', false));
        foreach ($entities as $entity) {
            $entity->id = $id;
            $id += $step;
        }
        $this->requireIds($entities, $definition, $field);
    }

    private function prepare(ObjectModel $entity, $table)
    {
        $entity->id = null;
        foreach (['date_add', 'date_upd'] as $date) {
            if (property_exists($entity, $date)) {
                $entity->$date = date('Y-m-d H:i:s');
            }
        }
        if (Shop::checkIdShopDefault($table) && property_exists($entity, 'id_shop_default')) {
            $default = (int) Configuration::get('PS_SHOP_DEFAULT');
            $entity->id_shop_default = in_array($default, $this->shops, true) ? $default : min($this->shops);
        }
    }

    private function requireIds(array $entities, array $definition, $field)
    {
        $names = [];
        foreach ($entities as $entity) {
            $names[(int) $entity->id] = (string) $entity->$field;
        }
        $rows = PasserelleConnection::rows(
            'SELECT `' . bqSQL($definition['primary']) . '` AS `id`, `' . bqSQL($field) . '` AS `text`
            FROM `' . _DB_PREFIX_ . bqSQL($definition['table']) . '`
            WHERE `' . bqSQL($definition['primary']) . '` IN (' . implode(',', array_keys($names)) . ')'
        );
        foreach ($rows as $row) {
            if ($names[(int) $row['id']] === $row['text']) {
                unset($names[(int) $row['id']]);
            }
        }
        if ($names !== []) {
            throw new PrestaShopException('the database gave other ids');
        }
    }

    private function collectShopsAndTexts(ObjectModel $entity)
    {
        $definition = ObjectModel::getDefinition($entity);
        $table = $definition['table'];
        $own = [$definition['primary'] => (int) $entity->id];
        foreach ($this->shops as $shop) {
            $this->addRow($table . '_shop', array_merge($entity->getFieldsShop(), $own, ['id_shop' => $shop]));
        }
        if (empty($definition['multilang'])) {
            return;
        }
        $association = Shop::getAssoTable($table . '_lang');
        $isOfShops = $association !== false && $association['type'] === 'fk_shop';
        foreach ($entity->getFieldsLang() as $texts) {
            $row = array_merge($texts, $own);
            // As the core does it: the texts of every shop of the installation.
            foreach ($isOfShops ? Shop::getCompleteListOfShopsID() : [0] as $shop) {
                $this->addRow($table . '_lang', $isOfShops ? array_merge($row, ['id_shop' => (int) $shop]) : $row);
            }
        }
    }

    private function insert($table, array $rows)
    {
        if (!Db::getInstance()->insert($table, $rows)) {
            throw new PrestaShopException('the database refused a statement');
        }
    }
}
