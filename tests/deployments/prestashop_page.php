<?php
// A core in which the classes behind the module's pages are at work: a database that answers what the test gives it, and notes
// what it is told. Arguments: the module's folder, the folder of downloads; a JSON document {call, with, rows} on the input.
define('_PS_VERSION_', '8.2.0');
define('_DB_PREFIX_', 'ps_');
define('_PS_DOWNLOAD_DIR_', $argv[2] . '/');

class PrestaShopException extends Exception {}

function pSQL($text, $html = false) { return addslashes((string) $text); }

class Db
{
    public static $rows = [];
    public static $told = [];

    public static function getInstance() { return new self(); }

    public function execute($sql, $cache = true)
    {
        self::$told[] = trim(preg_replace('/\s+/', ' ', $sql));

        return true;
    }

    public function executeS($sql, $array = true, $cache = true)
    {
        self::$told[] = trim(preg_replace('/\s+/', ' ', $sql));
        foreach (self::$rows as $part => $rows) {
            if (strpos($sql, $part) !== false) {
                return $rows;
            }
        }

        return [];
    }
}

class Module {}

foreach (['Tables', 'Board', 'BoardForms', 'BoardOrders', 'ErpInvoices', 'OrderPage'] as $name) {
    require $argv[1] . '/classes/Passerelle' . $name . '.php';
}
class Passerelle extends Module {}

$asked = json_decode(stream_get_contents(STDIN), true);
Db::$rows = $asked['rows'];
$with = $asked['with'];
switch ($asked['call']) {
    case 'associations':
        $answer = (new PasserelleBoardForms(new PasserelleBoard(1), 1))->askAssociations($with);
        break;
    case 'orders':
        $answer = (new PasserelleBoardOrders(1, 1))->rows('all', '', 1);
        break;
    case 'strays':
        $answer = PasserelleErpInvoices::removeStrays();
        break;
    default:
        $each = new ReflectionMethod('PasserelleOrderPage', 'eachOnce');
        $each->setAccessible(true);
        $answer = array_values($each->invoke(new PasserelleOrderPage(new Passerelle()), $with['documents'], $with['invoices']));
}
echo json_encode(['answer' => $answer, 'told' => Db::$told]);
