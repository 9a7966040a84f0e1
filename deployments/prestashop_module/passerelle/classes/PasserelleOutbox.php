<?php
/**
 * The outbox: which orders, products and quantities changed and were not read yet. Ids, and nothing that names a person.
 *
 * One that changes again while it is unread has a new number, so that whoever read the former one takes away the former
 * alone. It is read whole, oldest first, and not from a number on: two requests may end in another order than they began.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleOutbox
{
    const TOPICS = ['order', 'product', 'stock'];

    /** Events are missing: nobody had listened, or there were too many. Whoever reads it compares everything. */
    const LOST = 'lost';

    /** More than these are not kept; how many there are is looked at once in `COUNTED_EVERY` rows. */
    const MOST = 100000;
    const COUNTED_EVERY = 256;

    /** Nothing is noted for somebody who has not asked for so long. */
    const LISTENS_SECONDS = 604800;
    const TOLD_EVERY_SECONDS = 600;

    const LISTENER = 'PASSERELLE_LISTENER';
    const TABLE = 'passerelle_event';
    const COLUMNS = [
        self::TABLE => '`id_event` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, `id_shop` INT UNSIGNED NOT NULL,
            `topic` VARCHAR(16) NOT NULL, `id_subject` INT UNSIGNED NOT NULL, `noted_at` VARCHAR(32) NOT NULL,
            PRIMARY KEY (`id_event`), UNIQUE KEY `subject` (`id_shop`, `topic`, `id_subject`)',
    ];

    public static function install()
    {
        return PasserelleTables::create(self::COLUMNS);
    }

    /**
     * The next installation begins with nobody listening, and says so to the first who does.
     */
    public static function uninstall()
    {
        return Configuration::deleteByName(self::LISTENER) && PasserellePing::uninstall()
            && Db::getInstance()->execute('DROP TABLE IF EXISTS ' . PasserelleTables::name(self::TABLE));
    }

    /**
     * Costs no query: the configuration is in memory.
     */
    public static function isListenedTo($shop, $topic)
    {
        list($at, $topics) = self::listener($shop);

        return in_array($topic, $topics, true) && abs(time() - $at) <= self::LISTENS_SECONDS;
    }

    /**
     * Notes that somebody listens to these topics of a shop. Whoever did not until now is told that events are missing.
     * Events of other topics go: nobody reads them, and they would fill the table.
     */
    public static function listen($shop, array $topics)
    {
        list($at, $known) = self::listener($shop);
        $isNew = abs(time() - $at) > self::LISTENS_SECONDS || array_diff($topics, $known);
        if ($isNew || $known !== $topics || abs(time() - $at) > self::TOLD_EVERY_SECONDS) {
            Configuration::updateValue(self::LISTENER, time() . ' ' . implode('|', $topics), false, null, $shop);
        }
        if (array_diff($known, $topics)) {
            PasserelleTables::execute(
                'DELETE FROM ' . PasserelleTables::name(self::TABLE) . ' WHERE `id_shop` = ' . (int) $shop . '
                AND `topic` NOT IN (' . self::listOf($topics) . ')'
            );
        }
        if ($isNew) {
            self::put([[$shop, self::LOST, 0]]);
        }
    }

    /**
     * @param array $noted topic and id of each
     * @param int[] $shops those in whose context it happened
     */
    public static function add(array $noted, array $shops)
    {
        $rows = [];
        foreach ($noted as $one) {
            list($topic, $id) = $one;
            foreach ($topic === 'order' ? self::shopsOfOrder($id, $shops) : $shops as $shop) {
                if (self::isListenedTo($shop, $topic)) {
                    $rows[] = [$shop, $topic, $id];
                }
            }
        }
        if ($rows !== []) {
            self::put($rows);
        }
    }

    /**
     * The oldest events of a shop.
     */
    public static function unread($shop, array $topics, $limit)
    {
        return PasserelleTables::rows(
            'SELECT `id_event`, `topic`, `id_subject`, `noted_at` FROM ' . PasserelleTables::name(self::TABLE) . '
            WHERE `id_shop` = ' . (int) $shop . ' AND `topic` IN (' . self::listOf($topics) . ')
            ORDER BY `id_event` LIMIT ' . (int) $limit
        );
    }

    public static function forget($shop, array $ids)
    {
        if ($ids !== []) {
            PasserelleTables::execute(
                'DELETE FROM ' . PasserelleTables::name(self::TABLE) . ' WHERE `id_shop` = ' . (int) $shop . '
                AND `id_event` IN (' . implode(', ', array_map('intval', $ids)) . ')'
            );
        }
    }

    private static function listOf(array $topics)
    {
        return implode(', ', array_map(['PasserelleTables', 'quoted'], array_merge($topics, [self::LOST])));
    }

    private static function put(array $rows)
    {
        $at = PasserelleTables::quoted(gmdate('Y-m-d\TH:i:s\Z'));
        $values = [];
        foreach ($rows as $row) {
            $values[] = '(' . (int) $row[0] . ', ' . PasserelleTables::quoted($row[1]) . ', ' . (int) $row[2] . ', ' . $at . ')';
        }
        PasserelleTables::execute(
            'REPLACE INTO ' . PasserelleTables::name(self::TABLE) . ' (`id_shop`, `topic`, `id_subject`, `noted_at`)
            VALUES ' . implode(', ', $values)
        );
        $last = (int) Db::getInstance()->Insert_ID() + count($rows) - 1;
        if ($last % self::COUNTED_EVERY < count($rows)) {
            self::dropTheOldest(array_unique(array_column($rows, 0)));
        }
    }

    private static function dropTheOldest(array $shops)
    {
        $kept = PasserelleTables::rows(
            'SELECT `id_event` FROM ' . PasserelleTables::name(self::TABLE) . '
            ORDER BY `id_event` DESC LIMIT 1 OFFSET ' . (self::MOST - 1)
        );
        if ($kept === []) {
            return;
        }
        PasserelleTables::execute(
            'DELETE FROM ' . PasserelleTables::name(self::TABLE) . ' WHERE `id_event` < ' . (int) $kept[0]['id_event']
        );
        foreach ($shops as $shop) {
            self::put([[$shop, self::LOST, 0]]);
        }
    }

    /**
     * In an installation of one shop, that one, without a question to the database.
     */
    private static function shopsOfOrder($idOrder, array $shops)
    {
        if (count($shops) === 1 && !Configuration::get('PS_MULTISHOP_FEATURE_ACTIVE')) {
            return $shops;
        }

        return [(int) Db::getInstance()->getValue(
            'SELECT `id_shop` FROM ' . PasserelleTables::name('orders') . ' WHERE `id_order` = ' . (int) $idOrder
        )];
    }

    /**
     * @return array when somebody last listened to a shop, and to which topics
     */
    private static function listener($shop)
    {
        $parts = explode(' ', (string) Configuration::get(self::LISTENER, null, null, (int) $shop)) + ['', ''];

        return [(int) $parts[0], $parts[1] === '' ? [] : explode('|', $parts[1])];
    }
}
