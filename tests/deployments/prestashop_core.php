<?php
/**
 * As much of PrestaShop's core as the module needs to run, with three products, one customer, and a database that only
 * notes what it is told.
 *
 * Arguments: the module's folder, the resource, its query string, what fails. The body comes on standard input; the
 * notes and the answer go out as JSON.
 */
define('_PS_VERSION_', '8.2.0');
define('_DB_NAME_', 'shop');
define('_DB_PREFIX_', 'ps_');
define('_MYSQL_ENGINE_', 'InnoDB');
define('_PS_MAIL_DIR_', '/mails/');
set_error_handler(function ($level, $message, $file, $line) {
    throw new ErrorException($message, 0, $level, $file, $line);
});

require __DIR__ . '/prestashop_prices.php';

class Notes
{
    public static $taken = [];
    public static $failing = '';

    public static function take($verb, $name, array $values = [])
    {
        self::$taken[] = [$verb, $name, $values];

        return $name !== self::$failing;
    }
}

class PrestaShopException extends Exception {}
class PrestaShopDatabaseException extends PrestaShopException {}
class WebserviceException extends Exception
{
    public function __construct($message, $code) { parent::__construct($message, $code[0]); }
}

#[AllowDynamicProperties]
class ObjectModel
{
    public $id;
    protected $webserviceParameters = [];

    public function __construct($id = null) { $this->id = in_array($id, [null, 0, 404], true) ? null : $id; }

    public function add($autodate = true, $null_values = false)
    {
        $this->id = 500 + count(Notes::$taken);
        if (Notes::$failing === 'database' && $this instanceof OrderCarrier) {
            throw new PrestaShopDatabaseException("INSERT INTO x VALUES ('Doe')");
        }
        $values = array_filter(get_object_vars($this), function ($value) { return $value === null || is_scalar($value); });

        return Notes::take('add', get_class($this), ['autodate' => $autodate] + $values);
    }

    public function update() { return Notes::take('update', get_class($this), ['id' => $this->id]); }

    public function validateFields($die = true, $error_return = false) { throw new Exception('not valid'); }

    public static function getDefinition($entity)
    {
        return $entity instanceof Combination
            ? ['table' => 'product_attribute', 'primary' => 'id_product_attribute']
            : ['table' => 'product', 'primary' => 'id_product', 'multilang' => true];
    }

    public function getWebserviceParameters($ws_params_attribute_name = null)
    {
        return ['fields' => array_fill_keys(['id_customer', 'id_order'], ['required' => true])];
    }
}
class Customer extends ObjectModel
{
    public $id_shop = 1;

    public function __construct($id = null)
    {
        parent::__construct($id);
        $this->id_shop = $id === 3 ? 3 : 1;
    }

    public $deleted = 0, $id_lang = 1, $firstname = 'Ann', $lastname = 'Doe', $secure_key = 'k', $email = 'a@sandbox.test';
}
class Currency extends ObjectModel { public $conversion_rate = '1.000000'; }
class Country extends ObjectModel {}
class Tab extends ObjectModel
{
    public static function getIdFromClassName($name) { return 7; }
}

class Language extends ObjectModel
{
    public $iso_code = 'fr', $locale = 'fr-FR';
    public static function getLanguages($active) { return [['id_lang' => '1', 'iso_code' => 'en'], ['id_lang' => '2', 'iso_code' => 'fr']]; }
}
class Cart extends ObjectModel { public $id_shop; }
class Order extends ObjectModel
{
    public $note, $id_shop, $id_lang = 1, $reference;

    /** The core does not look at what its statements answer. */
    public function updateOrderDetailTax()
    {
        if (!Notes::take('share out', 'taxes')) {
            Db::getInstance()->getLink()->fail();
        }
    }

    public function addOrderPayment($amount, $method = null, $transaction = null, $currency = null, $date = null)
    {
        return Notes::take('add', 'payment', [$amount, $method, $transaction, $date]);
    }
}
class OrderDetail extends ObjectModel { public $product_ean13, $product_isbn, $product_upc, $product_mpn; }
class OrderCartRule extends ObjectModel {}
class OrderCarrier extends ObjectModel {}
class OrderHistory extends ObjectModel {}
class OrderState extends ObjectModel { public $logable = 1; }
class Address extends ObjectModel { public static function getFirstCustomerAddressId($id, $active = true) { return 0; } }
class OrderReturn extends ObjectModel
{
    public $state = 1, $id_order = 1, $id_customer = 1, $question = 'Too big', $date_add = '2026-01-01', $date_upd = '2026-01-02';
}
class OrderReturnState extends ObjectModel { public $name = [1 => 'Package received']; }
class Store extends ObjectModel
{
    public $name = 'Lyon <2>', $address1 = '2 rue', $address2 = '', $postcode = '69001', $city = '', $phone = '', $id_country = 8, $id_state = 0;
}
/** What an entity that the module makes gives out of itself. */
trait GivesRows
{
    public function validateFieldsLang($die = true, $error_return = false) { return true; }
    public function validateFields($die = true, $error_return = false) { return $this->price < 0 ? 'Property price is not valid' : true; }
    public function getFields() { return ['reference' => $this->reference, 'price' => $this->price]; }
    public function getFieldsShop() { return ['price' => $this->price]; }
    public function getFieldsLang() { return [['name' => 'x', 'id_lang' => 1], ['name' => 'x', 'id_lang' => 2]]; }

    public function getWebserviceParameters($ws_params_attribute_name = null)
    {
        $fields = [];
        foreach (['reference', 'price', 'id_product', 'default_on', 'is_virtual'] as $name) {
            $fields[$name] = ['sqlId' => $name, 'i18n' => false];
        }

        return ['fields' => $fields + ['name' => ['sqlId' => 'name', 'i18n' => true]], 'associations' => ['images' => []]];
    }
}
class Product extends ObjectModel
{
    use GivesRows;

    public $reference, $name = [1 => ''], $is_virtual, $cache_is_pack, $unit_price, $id_product, $default_on, $id_shop_default, $product_type;
    public $ean13 = '', $isbn = '', $upc = '', $mpn = '', $supplier_reference = '', $weight = '0.3', $price = '9.9';
    public $id_tax_rules_group = 1, $wholesale_price = '5';
    public static function getProductName($product, $combination, $language) { return 'As the shop names it'; }
}
class Combination extends ObjectModel
{
    use GivesRows;

    public $reference, $name = [1 => ''], $id_product, $default_on, $is_virtual;
    public static function isFeatureActive() { return true; }
    public $ean13 = '', $weight = '0.1', $wholesale_price = '0', $price = '1';
}
class Feature extends ObjectModel { public static function isFeatureActive() { return true; } }
class SpecificPriceRule { public static function applyAllRules($products) { Notes::take('apply rules', implode(',', $products)); } }
class Search
{
    protected static function fillProductArray(&$words, $weights, $part, $text, $language, $iso)
    {
        foreach (array_filter(explode(' ', strtolower($text))) as $word) {
            $words[$word] = (isset($words[$word]) ? $words[$word] : 0) + $weights[$part];
        }
    }

    protected static function setProductsAsIndexed(&$products) { Notes::take('indexed', implode(',', $products)); }
    public static function indexation($full = false, $id_product = false) { Notes::take('index alone', (string) $id_product); }
}
class TaxManagerFactory
{
    public $taxes = [];
    public static function getManager($address, $group) { return new self(); }

    public function getTaxCalculator()
    {
        $this->taxes = [(object) ['id' => 1, 'rate' => 20.0]];

        return $this;
    }
}
class Validate
{
    public static function isLoadedObject($entity) { return is_object($entity) && $entity->id; }
    public static function isGenericName($text) { return !preg_match('/[<>={}]/', $text); }
    public static function isPhoneNumber($text) { return true; }
    public static function isUnsignedId($text) { return ctype_digit((string) $text); }
}
class Configuration
{
    public static $values = ['PS_TAX_ADDRESS_TYPE' => 'id_address_delivery'];
    public static function get($key)
    {
        if ($key === 'PS_MULTISHOP_FEATURE_ACTIVE') {
            return Shop::hasSeveral() ? '1' : '0';
        }

        return isset(self::$values[$key]) ? self::$values[$key] : '1';
    }
    public static function updateValue($key, $value) { return Notes::take('configure', $key, [$value]); }
    public static function getGlobalValue($key) { return Notes::$failing === 'no state' ? false : '14'; }
    public static function updateGlobalValue($key, $value) { return Notes::take('configure', $key, [$value]); }
}
class Tools
{
    public static $values = [];
    public static function getValue($key, $default = false) { return isset(self::$values[$key]) ? self::$values[$key] : $default; }
    public static function substr($text, $start, $length) { return substr($text, $start, $length); }
}
class Shop
{
    public $id = 1, $id_shop_group = 1;
    public static function addSqlAssociation($table, $alias) { return ''; }
    public static function addSqlRestriction() { return ' AND id_shop = 1'; }
    public static function checkIdShopDefault($table) { return $table === 'product'; }
    public static function getAssoTable($table) { return $table === 'product_lang' ? ['type' => 'fk_shop'] : false; }
    public static function getCompleteListOfShopsID() { return [1, 2]; }
    const CONTEXT_SHOP = 1, CONTEXT_GROUP = 2, CONTEXT_ALL = 4, SHARE_CUSTOMER = 'share_customer';
    public static function hasSeveral() { return isset(Tools::$values['id_shop']) || isset(Tools::$values['id_group_shop']); }
    public static function isFeatureActive()
    {
        // The core asks the database for it, once in a request.
        Notes::take('asked', 'isFeatureActive');

        return self::hasSeveral();
    }
    public static function getContextListShopID($share = false) { return ['1', '2']; }
    public static function getContextShopID($null = false) { return self::getContext() === self::CONTEXT_SHOP ? 1 : null; }
    public static function getContextShopGroupID($null = false) { return 1; }
    public static function setContext($type, $id = null) { return Notes::take('context', (string) $type, [$id]); }

    public static function getContext()
    {
        if (Tools::getValue('id_shop') === 'all') {
            return self::CONTEXT_ALL;
        }

        return isset(Tools::$values['id_group_shop']) ? self::CONTEXT_GROUP : self::CONTEXT_SHOP;
    }
}
class StockAvailable
{
    public static function addSqlShopRestriction($sql = null, $shop = null, $alias = null) { return ' AND ' . ($alias ? $alias . '.' : '') . 'id_shop = 1 '; }
    public static function addSqlShopParams(&$row, $shop) { $row += ['id_shop' => $shop, 'id_shop_group' => 0]; }
    public static function getQuantityAvailableByProduct($product, $combination) { return 1; }
    public static function setQuantity($product, $combination, $quantity, $shop)
    {
        if (!Notes::take('make', 'stock row', [$product, $combination, $quantity])) {
            throw new PrestaShopException('no stock row');
        }
    }
}
class Cache { public static function clean($key) {} }
class Hook
{
    public static function getHookModuleExecList($name = null)
    {
        return in_array($name, Tools::getValue('unheard', []), true) ? false : [['module' => 'ps_specials']];
    }

    public static function exec($name, $told = [])
    {
        $object = isset($told['object']) && $told['object'] instanceof SpecificPrice ? ['id' => $told['object']->id] : [];
        Notes::take('hook', $name, $object + array_filter($told, 'is_scalar'));
    }
}
class SpecificPrice extends ObjectModel { public static function flushCache() {} }
class Mail { public static function Send(...$told) { Notes::take('mail', $told[1], [$told[4], $told[3]['{state_order_return}']]); } }
class Link {}
class PrestaShopLogger { public static function addLog(...$told) { Notes::take('log', $told[0]); } }
class Translator { public function trans($text) { return $text; } }
class Context
{
    public $link, $shop;
    private static $only;

    public static function getContext()
    {
        if (!self::$only) {
            self::$only = new self();
            self::$only->shop = new Shop();
        }

        return self::$only;
    }

    public function getTranslator() { return new Translator(); }
}
#[AllowDynamicProperties]
class Module
{
    public $name, $displayName = 'Passerelle', $active = 1, $version = '1.0.0';
    public function __construct() {}
    public function install() { return Notes::take('enable', 'module'); }
    public function registerHook($name) { return Notes::take('register', $name); }
    public function l($text) { return $text; }
    public static function getInstanceByName($name) { return new self(); }
}
class PaymentModule { public static function getInstalledPaymentModules() { return [['id_module' => '36', 'name' => 'ps_wirepayment']]; } }
class WebserviceRequest
{
    const HTTP_POST = 2;
    public $urlFragments = [], $method = 'GET';
    public static function getInstance() { return new self(); }
    public function setError($status, $message, $code) { Notes::take('refuse', $message, [$status, $code]); }
}
class WebserviceOutputBuilder
{
    public function getObjectRender()
    {
        return Tools::getValue('output_format') === 'JSON' ? new WebserviceOutputJSON() : new WebserviceOutputXML();
    }
}
class WebserviceOutputXML { public function overrideContent($content) { return "<prestashop>\n" . $content . "</prestashop>\n"; } }
class WebserviceOutputJSON {}
interface WebserviceSpecificManagementInterface
{
    public function setObjectOutput(WebserviceOutputBuilder $obj);
    public function getObjectOutput();
    public function setWsObject(WebserviceRequest $obj);
    public function getWsObject();
    public function manage();
    public function getContent();
}
function pSQL($text) { return addslashes($text); }
function bqSQL($text) { return $text; }

if (!class_exists('PDO')) {
    class PDO
    {
        const ATTR_ERRMODE = 3;
        const ERRMODE_SILENT = 0;
        const ERRMODE_EXCEPTION = 2;
    }
    class PDOException extends Exception {}
}

/** As under PHP 7: what fails is said by an exception only where that is asked for. */
class SilentLink extends PDO
{
    /** @var SilentLink */
    public static $ours;
    public $mode = PDO::ERRMODE_SILENT;

    public function __construct() {}

    #[ReturnTypeWillChange]
    public function getAttribute($attribute) { return $this->mode; }

    #[ReturnTypeWillChange]
    public function setAttribute($attribute, $value)
    {
        $this->mode = $value;

        return true;
    }

    public function fail()
    {
        if ($this->mode === PDO::ERRMODE_EXCEPTION) {
            throw new PDOException("INSERT INTO x VALUES ('Doe')");
        }
    }
}

SilentLink::$ours = new SilentLink();

class Db
{
    private static $rows = [
        'ps_passerelle_event` ORDER' => [],
        'ps_passerelle_event' => [['id_event' => '41', 'topic' => 'order', 'id_subject' => '12', 'noted_at' => '2026-11-30T12:00:00Z']],
        'FROM `ps_product_attribute` WHERE `id_product_attribute` IN (1025' => [['id' => '1025', 'text' => 'dress-S'], ['id' => '1026', 'text' => 'dress-M']],
        'FROM `ps_product` WHERE `id_product` IN (1025' => [['id' => '1025', 'text' => 'dress'], ['id' => '1026', 'text' => 'belt']],
        'AS `text` FROM `ps_product` p' => [['id' => '6', 'text' => 'mug'], ['id' => '7', 'text' => 'MUG']],
        'AS `text` FROM `ps_product_attribute` pa' => [['id' => '9', 'text' => '2 shirt-S']],
        'MAX(`position`)' => [['id_category' => '2', 'last' => '7']],
        'p.`is_virtual`' => [['id_product' => '2', 'is_virtual' => '0'], ['id_product' => '6', 'is_virtual' => '1']],
        'WHERE `default_on` = 1' => [],
        '`out_of_stock` FROM' => [['id_product' => '2', 'out_of_stock' => '1']],
        'product_attribute_shop.`default_on`' => [['id_product' => '2', 'id_product_attribute' => '1025', 'default_on' => '1']],
        'ps_product_lang` pl' => [['id_product' => '1025', 'id_lang' => '1', 'id_shop' => '1', 'iso_code' => 'en', 'pname' => 'Dress red']],
        'ps_feature_product` fp' => [['id_product' => '1025', 'id_lang' => '1', 'value' => 'Silk']],
        'FROM `ps_search_word`' => [['id_word' => '51', 'word' => 'dress'], ['id_word' => '52', 'word' => 'red'], ['id_word' => '53', 'word' => 'silk']],
        'MAX(`id_order`)' => [['id_order' => '100']],
        'AS reference' => [
            ['id_order' => '79', 'reference' => 'KNOWN-1'],
            ['id_order' => '77', 'reference' => 'KNOWN-1'],
            ['id_order' => '78', 'reference' => 'known-2'],
        ],
        'TABLE STATUS' => [['Engine' => 'InnoDB']],
        'ps_shop_group' => [['id' => 1, 'name' => 'Default']],
        'ps_carrier`' => [
            ['id_carrier' => '1', 'id_reference' => '1', 'name' => '0', 'iso_code' => 'BE'],
            ['id_carrier' => '1', 'id_reference' => '1', 'name' => '0', 'iso_code' => 'FR'],
        ],
        'ps_address`' => [],
        'FROM `ps_orders` WHERE `reference`' => [],
        'ps_tax`' => [['id_tax' => '3', 'rate' => '5.500'], ['id_tax' => '4', 'rate' => '5.500']],
        'ps_order_return_detail' => [['id_order_detail' => '5', 'id_customization' => '0', 'product_quantity' => '1']],
        'ps_product_attribute_shop` WHERE' => [['id_product' => '2', 'id_product_attribute' => '9'], ['id_product' => '6', 'id_product_attribute' => '12']],
        'ps_product_shop` WHERE' => [['id_product' => '6', 'price' => '9.900000'], ['id_product' => '7', 'price' => '4.500000']],
        'ps_stock_available' => [
            ['id_stock_available' => '20', 'id_product' => '2', 'id_product_attribute' => '0', 'quantity' => '3', 'depends_on_stock' => '0'],
            ['id_stock_available' => '29', 'id_product' => '2', 'id_product_attribute' => '9', 'quantity' => '3', 'depends_on_stock' => '0'],
            ['id_stock_available' => '60', 'id_product' => '6', 'id_product_attribute' => '0', 'quantity' => '3', 'depends_on_stock' => '0'],
            ['id_stock_available' => '70', 'id_product' => '7', 'id_product_attribute' => '0', 'quantity' => '3', 'depends_on_stock' => '1'],
        ],
        'DISTINCT `id_product`' => [['id_product' => '2']],
        'ps_product_attribute` pa' => [
            ['id_product' => '2', 'id_product_attribute' => '9', 'reference' => 'shirt-S'],
            ['id_product' => '2', 'id_product_attribute' => '10', 'reference' => 'twice'],
            ['id_product' => '2', 'id_product_attribute' => '11', 'reference' => 'twice'],
        ],
        'ps_product` p' => [
            ['id_product' => '2', 'id_product_attribute' => '0', 'reference' => 'shirt'],
            ['id_product' => '6', 'id_product_attribute' => '0', 'reference' => 'mug'],
            ['id_product' => '7', 'id_product_attribute' => '0', 'reference' => 'MUG'],
            ['id_product' => '8', 'id_product_attribute' => '0', 'reference' => 'poster'],
        ],
    ];

    private static $instance;
    protected $server = '127.0.0.1';

    public static function getInstance() { return self::$instance ?: self::$instance = new self(); }

    /** As the core does where the connection is lost at a statement: over a new one the statement is sent again. */
    private function connectAgain($statement)
    {
        if (Notes::$failing === 'lost at ' . $statement && $this->server !== '127.0.0.1') {
            throw new PrestaShopException('Link to database cannot be established');
        }
    }

    public function getVersion() { return '10.11'; }
    public function getLink() { return SilentLink::$ours; }

    public function execute($sql, $cache = true)
    {
        $this->connectAgain(trim($sql));
        $statement = trim(preg_replace('/\s+/', ' ', $sql));
        $isDone = Notes::take('sql', $statement) && !(Notes::$failing === 'prices' && strpos($statement, 'ps_specific_price') !== false);
        if ($isDone) {
            Prices::execute($statement);
        }
        return $isDone && !(Notes::$failing === 'outbox' && strpos($sql, 'passerelle_event') !== false);
    }

    public function Insert_ID() { return 1025; }

    public function insert($table, $values)
    {
        $this->connectAgain($table);

        return Notes::take('insert', $table, $values);
    }

    public function getValue($sql, $cache = true)
    {
        $answers = ['`id_shop`' => 1, 'GET_LOCK' => 1, 'RELEASE_LOCK' => 1, 'COUNT(*)' => Notes::$failing === 'rows lost' ? 0 : 2, '`current_state`' => 14];
        foreach ($answers as $part => $answer) {
            if (strpos($sql, $part) !== false) {
                Notes::take('ask', $part);

                return $answer;
            }
        }

        return 0;
    }

    public function executeS($sql, $array = true, $cache = true)
    {
        $sql = preg_replace('/\s+/', ' ', $sql);
        if (strpos($sql, 'information_schema') !== false) {
            return [['others' => Notes::$failing === 'MyISAM' ? '1' : '0']];
        }
        if (strpos($sql, 'FROM `ps_specific_price`') !== false) {
            return Notes::$failing === 'reading prices' ? false : Prices::select($sql);
        }
        foreach (self::$rows as $part => $rows) {
            if (strpos($sql, $part) !== false) {
                if (Notes::$failing === 'foul names' && $part === 'ps_shop_group') {
                    return [['id' => 1, 'name' => "De\x00\x0bfa\xefult\u{fffe} ]]>é"]];
                }

                return Notes::$failing === $part ? false : $rows;
            }
        }
        throw new Exception($sql);
    }
}

/** The body: what the engine's php://input is to the module. */
class Input
{
    public static $body = '';
    public $context;
    private $at = 0;
    public function stream_open($path, $mode, $options, &$opened) { return true; }

    public function stream_read($count)
    {
        $read = substr(self::$body, $this->at, $count);
        $this->at += strlen($read);

        return $read;
    }

    public function stream_eof() { return $this->at >= strlen(self::$body); }
    public function stream_stat() { return []; }
}

list(, $folder, $resource, $query, Notes::$failing) = $argv;
Input::$body = stream_get_contents(STDIN);
stream_wrapper_unregister('php');
stream_wrapper_register('php', 'Input');
parse_str($query, Tools::$values);
Tools::$values['url'] = $resource;
Configuration::$values = Tools::getValue('configured', []) + Configuration::$values;
require $folder . '/passerelle.php';
$module = new Passerelle();
$answer = '';
if ($resource === 'install') {
    $answer = $module->install();
} elseif ($resource === 'hooks') {
    // The body: what the shop says in one request, each with the id that it is about.
    Configuration::$values['PASSERELLE_LISTENER'] = (time() - (int) Tools::getValue('ago')) . ' ' . Tools::getValue('topics');
    foreach (json_decode(Input::$body, true) as $said) {
        list($hook, $id) = $said;
        $entity = (object) ['id' => $id, 'id_product' => $id];
        $module->{'hook' . ucfirst($hook)}(['order' => $entity, 'object' => $entity, 'id_order' => $id, 'id_product' => $id]);
    }
    if (class_exists('PasserelleEvents', false)) {
        PasserelleEvents::write();
    }
} else {
    $resources = $module->hookAddWebserviceResources([]);
}
if ($resource === 'order_returns') {
    $return = new PasserelleOrderReturn(1);
    $return->state = Input::$body;
    $return->question = null;
    try {
        $answer = [$return->validateFields(), $return->updateWs(), $return->state, $return->question, $return->getWsOrderReturnDetails()];
    } catch (PrestaShopException $fault) {
        $answer = 'broken: ' . $fault->getMessage();
    }
} elseif (isset($resources[$resource])) {
    $class = 'WebserviceSpecificManagement' . str_replace('_', '', ucwords($resource, '_'));
    $request = new WebserviceRequest();
    $request->urlFragments = Tools::$values;
    $request->method = Input::$body === '' ? 'GET' : 'PUT';
    $specific = new $class();
    try {
        $specific->setObjectOutput(new WebserviceOutputBuilder())->setWsObject($request)->manage();
        $answer = $specific->getContent();
    } catch (WebserviceException $refusal) {
        $answer = 'refused: ' . $refusal->getMessage();
    } catch (PrestaShopException $fault) {
        // 500 with an empty body, of a real shop.
        $answer = 'broken: ' . $fault->getMessage();
    }
}
if (SilentLink::$ours->mode !== PDO::ERRMODE_SILENT) {
    Notes::take('link', 'left with exceptions');
}
$own = array_values(array_filter(get_declared_classes(), function ($class) { return strpos($class, 'Passerelle') !== false || strpos($class, 'WebserviceSpecificManagement') === 0; }));
echo json_encode(['notes' => Notes::$taken, 'answer' => $answer, 'classes' => $own]);
