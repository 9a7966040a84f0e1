<?php
/**
 * The ERP's documents of orders: kept, compared before they are written, and given back.
 *
 * Rows belong to an order by its id and its reference: a shop that was restored gives ids anew.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleErpDocuments
{
    /**
     * @return array reference by id_order, of the orders of these shops
     */
    public static function orders(array $ids)
    {
        if ($ids === []) {
            return [];
        }
        $found = [];
        $shops = implode(', ', array_map('intval', Shop::getContextListShopID()));
        $query = 'SELECT `id_order`, `reference` FROM `' . _DB_PREFIX_ . 'orders`
            WHERE `id_order` IN (' . implode(', ', array_map('intval', $ids)) . ') AND `id_shop` IN (' . $shops . ')';
        foreach (PasserelleTables::rows($query) as $row) {
            $found[(int) $row['id_order']] = (string) $row['reference'];
        }

        return $found;
    }

    /**
     * @param array $orders reference by id_order
     *
     * @return array delivery_date and documents by id_order, of those that have any
     */
    public static function of(array $orders)
    {
        $found = [];
        if ($orders === []) {
            return $found;
        }
        $ids = implode(', ', array_keys($orders));
        $query = 'SELECT * FROM ' . PasserelleTables::name('passerelle_order') . ' WHERE `id_order` IN (' . $ids . ')';
        foreach (PasserelleTables::rows($query) as $row) {
            if ((string) $row['reference'] === $orders[(int) $row['id_order']]) {
                $found[(int) $row['id_order']] = ['delivery_date' => (string) $row['delivery_date'], 'documents' => []];
            }
        }
        $lines = self::linesOf($ids);
        $query = 'SELECT * FROM ' . PasserelleTables::name('passerelle_document') . ' WHERE `id_order` IN (' . $ids . ') ORDER BY `id_document`';
        foreach (PasserelleTables::rows($query) as $row) {
            if (isset($found[(int) $row['id_order']])) {
                $id = (int) $row['id_document'];
                $found[(int) $row['id_order']]['documents'][$id] = [
                    'type' => (string) $row['type'],
                    'number' => (string) $row['number'],
                    'date' => (string) $row['date'],
                    'lines' => isset($lines[$id]) ? $lines[$id] : [],
                ];
            }
        }

        return $found;
    }

    private static function linesOf($ids)
    {
        $query = 'SELECT l.* FROM ' . PasserelleTables::name('passerelle_document_line') . ' l
            INNER JOIN ' . PasserelleTables::name('passerelle_document') . ' d ON d.`id_document` = l.`id_document`
            WHERE d.`id_order` IN (' . $ids . ') ORDER BY l.`id_document`, l.`position`';
        $lines = [];
        foreach (PasserelleTables::rows($query) as $row) {
            $lines[(int) $row['id_document']][] = [
                'reference' => (string) $row['reference'],
                'name' => (string) $row['name'],
                'quantity' => PasserelleErpOrder::plain((string) $row['quantity']),
                'parcel' => (string) $row['parcel'],
            ];
        }

        return $lines;
    }

    /**
     * Writes what differs; documents that are not named stay.
     *
     * @return bool whether anything did
     */
    public static function store(PasserelleErpOrder $order)
    {
        return PasserelleTables::atOnce(function () use ($order) {
            self::claim($order);
            $there = self::of([$order->id => $order->reference])[$order->id];
            $changed = $order->deliveryDate !== '' && $order->deliveryDate !== $there['delivery_date'];
            if ($changed) {
                self::setDeliveryDate($order);
            }
            foreach ($order->documents as $document) {
                $changed = self::storeDocument($order->id, $document, $there['documents']) || $changed;
            }

            return $changed;
        });
    }

    /**
     * The order's row, locked; rows of another order that had this id go.
     */
    private static function claim(PasserelleErpOrder $order)
    {
        $table = PasserelleTables::name('passerelle_order');
        PasserelleTables::execute(
            'INSERT INTO ' . $table . ' (`id_order`, `reference`, `date_upd`)
            VALUES (' . (int) $order->id . ', ' . PasserelleTables::quoted($order->reference) . ', NOW())
            ON DUPLICATE KEY UPDATE `id_order` = VALUES(`id_order`)'
        );
        $row = PasserelleTables::rows('SELECT `reference` FROM ' . $table . ' WHERE `id_order` = ' . (int) $order->id . ' FOR UPDATE');
        if ((string) $row[0]['reference'] === $order->reference) {
            return;
        }
        PasserelleTables::execute(
            'DELETE d, l FROM ' . PasserelleTables::name('passerelle_document') . ' d
            LEFT JOIN ' . PasserelleTables::name('passerelle_document_line') . ' l ON l.`id_document` = d.`id_document`
            WHERE d.`id_order` = ' . (int) $order->id
        );
        PasserelleTables::execute(
            'UPDATE ' . $table . ' SET `reference` = ' . PasserelleTables::quoted($order->reference) . ', `delivery_date` = NULL
            WHERE `id_order` = ' . (int) $order->id
        );
    }

    /**
     * On the order's own field too; its date of change stays, or the order would be exported anew.
     */
    private static function setDeliveryDate(PasserelleErpOrder $order)
    {
        $date = PasserelleTables::quoted($order->deliveryDate);
        PasserelleTables::execute(
            'UPDATE ' . PasserelleTables::name('passerelle_order') . ' SET `delivery_date` = ' . $date . ', `date_upd` = NOW()
            WHERE `id_order` = ' . (int) $order->id
        );
        PasserelleTables::execute(
            'UPDATE `' . _DB_PREFIX_ . 'orders` SET `delivery_date` = ' . $date . ' WHERE `id_order` = ' . (int) $order->id
        );
    }

    private static function storeDocument($idOrder, array $document, array $there)
    {
        $id = 0;
        foreach ($there as $idThere => $one) {
            if ($one['type'] === $document['type'] && $one['number'] === $document['number']) {
                $id = (int) $idThere;
            }
        }
        if ($id && $there[$id] === $document) {
            return false;
        }
        $table = PasserelleTables::name('passerelle_document');
        PasserelleTables::execute(
            'INSERT INTO ' . $table . ' (`id_order`, `type`, `number`, `date`) VALUES (' . (int) $idOrder . ', '
            . PasserelleTables::quoted($document['type']) . ', ' . PasserelleTables::quoted($document['number']) . ', '
            . PasserelleTables::nullable($document['date']) . ')
            ON DUPLICATE KEY UPDATE `date` = VALUES(`date`), `id_document` = LAST_INSERT_ID(`id_document`)'
        );
        $id = (int) Db::getInstance()->Insert_ID();
        $lines = PasserelleTables::name('passerelle_document_line');
        PasserelleTables::execute('DELETE FROM ' . $lines . ' WHERE `id_document` = ' . $id);
        foreach ($document['lines'] as $position => $line) {
            PasserelleTables::execute(
                'INSERT INTO ' . $lines . ' (`id_document`, `position`, `reference`, `name`, `quantity`, `parcel`) VALUES ('
                . $id . ', ' . (int) $position . ', ' . PasserelleTables::quoted($line['reference']) . ', '
                . PasserelleTables::quoted($line['name']) . ', ' . PasserelleTables::quoted($line['quantity']) . ', '
                . PasserelleTables::quoted($line['parcel']) . ')'
            );
        }

        return true;
    }
}
