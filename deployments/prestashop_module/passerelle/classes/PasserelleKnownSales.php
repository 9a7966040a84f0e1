<?php
/**
 * Which sales of a document are orders of this shop already, by the reference of the ERP alone: what the order is called
 * in the shop may have changed, in the document and in the shop.
 *
 * No index of the core helps to find a payment by its transaction: the tables are read once for the whole document, and
 * for each sale what has been written since.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleKnownSales
{
    /** @var array id of the order by internal reference, the first one where there are several */
    private $ids;

    /** @var int the newest order when the tables were read */
    private $newest;

    public function __construct(array $references)
    {
        $newest = $this->rows('SELECT MAX(`id_order`) AS id_order FROM `' . _DB_PREFIX_ . 'orders`');
        $this->newest = (int) $newest[0]['id_order'];
        $this->ids = $references === [] ? [] : $this->ordersOf($references, 0);
    }

    /**
     * @return int id of the order, 0 when there is none
     */
    public function orderOf($reference)
    {
        $known = $this->ids + $this->ordersOf([$reference], $this->newest);

        return isset($known[$reference]) ? $known[$reference] : 0;
    }

    private function ordersOf(array $references, $after)
    {
        $names = implode(', ', array_map(function ($reference) {
            return "'" . pSQL($reference) . "'";
        }, $references));
        $ours = 'o.`module` = \'' . PasserelleStoreOrder::MODULE . '\' AND o.`id_order` > ' . (int) $after;
        $query = 'SELECT o.`id_order`, op.`transaction_id` AS reference
            FROM `' . _DB_PREFIX_ . 'order_payment` op
            INNER JOIN `' . _DB_PREFIX_ . 'orders` o ON o.`reference` = op.`order_reference`
            WHERE ' . $ours . ' AND op.`transaction_id` IN (' . $names . ')';
        // Since 1.7.8; a payment is found by the name of its order, and that name can be changed.
        if (property_exists('Order', 'note')) {
            $query .= ' UNION SELECT o.`id_order`, o.`note` AS reference
                FROM `' . _DB_PREFIX_ . 'orders` o
                WHERE ' . $ours . ' AND o.`note` IN (' . $names . ')';
        }
        $ids = [];
        foreach ($this->rows($query) as $row) {
            // The collations take upper and lower case for the same, and so would an array the texts '12' and '12 '.
            $reference = (string) $row['reference'];
            if (in_array($reference, $references, true) && (!isset($ids[$reference]) || $ids[$reference] > (int) $row['id_order'])) {
                $ids[$reference] = (int) $row['id_order'];
            }
        }

        return $ids;
    }

    /**
     * Before PHP 8 a query that fails gives false, which is not "no order".
     */
    private function rows($query)
    {
        $rows = Db::getInstance()->executeS($query, true, false);
        if (!is_array($rows)) {
            throw new PrestaShopException('the orders of the shop could not be read');
        }

        return $rows;
    }
}
