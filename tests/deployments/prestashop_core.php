<?php
/**
 * As much of PrestaShop's core as the module's reading of a document needs, with two products and a customer. Answers
 * one line of JSON per store_order of the body: what was read, or why it was refused.
 */
define('_PS_VERSION_', '8.2.0');
define('_DB_PREFIX_', 'ps_');
set_error_handler(function ($level, $message, $file, $line) {
    throw new ErrorException($message, 0, $level, $file, $line);
});

class Entity
{
    public $id;
    public $deleted = 0;
    public $id_lang = 1;

    public function __construct($id = null)
    {
        $this->id = $id === 1 ? 1 : null;
    }
}
class Customer extends Entity {}
class Currency extends Entity {}
class Language extends Entity {}
class Validate
{
    public static function isLoadedObject($entity) { return is_object($entity) && $entity->id; }
    public static function isGenericName($text) { return !preg_match('/[<>={}]/', $text); }
}
class Configuration
{
    public static function get($key) { return '1'; }
}
class Tools
{
    public static function substr($text, $start, $length) { return substr($text, $start, $length); }
}
class Shop
{
    public static function addSqlAssociation($table, $alias) { return ''; }
}
class Db
{
    public static function getInstance() { return new self(); }

    public function executeS($sql, $array = true, $cache = true)
    {
        if (strpos($sql, 'DISTINCT') !== false) {
            return [];
        }
        if (strpos($sql, 'product_attribute` pa') !== false) {
            return [
                ['id_product' => '2', 'id_product_attribute' => '9', 'reference' => 'shirt-S'],
                ['id_product' => '2', 'id_product_attribute' => '10', 'reference' => 'twice'],
                ['id_product' => '2', 'id_product_attribute' => '11', 'reference' => 'twice'],
            ];
        }

        return [
            ['id_product' => '6', 'id_product_attribute' => '0', 'reference' => 'mug'],
            ['id_product' => '7', 'id_product_attribute' => '0', 'reference' => 'MUG'],
        ];
    }
}
function pSQL($text) { return addslashes($text); }

foreach (['PasserelleRefusal', 'PasserelleReferences', 'PasserelleStoreOrderDocument', 'PasserelleStoreOrder'] as $class) {
    require $argv[1] . '/classes/' . $class . '.php';
}
$root = simplexml_load_string(stream_get_contents(STDIN), 'SimpleXMLElement', LIBXML_NOCDATA | LIBXML_NONET);
foreach ($root->store_order as $node) {
    try {
        $document = PasserelleStoreOrderDocument::read($node);
        $told = [
            'reference' => PasserelleStoreOrder::shopReference($document->internalReference),
            'products' => array_map(function ($row) { return [$row['product_id'], $row['product_attribute_id']]; }, $document->rows),
            'totals' => array_map(function ($total) { return sprintf('%.6F', $total); }, [
                $document->productsTaxExcl, $document->productsTaxIncl, $document->paidTaxExcl, $document->paidTaxIncl,
            ]),
        ];
    } catch (PasserelleRefusal $refusal) {
        $told = ['refused' => $refusal->getMessage()];
    }
    echo json_encode($told), "\n";
}
