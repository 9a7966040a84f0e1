<?php
/**
 * What has changed in this request: noted in memory by the hooks, and written at once when the request ends.
 *
 * By then the order is whole, whoever made it, and a burst of changes is one statement. Nothing is noted for a shop
 * in which nobody listens.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleEvents
{
    const HOOKS = [
        'actionValidateOrder', 'actionOrderStatusPostUpdate', 'actionUpdateQuantity', 'actionObjectStockAvailableUpdateAfter',
        'actionObjectProductAddAfter', 'actionObjectProductUpdateAfter', 'actionObjectProductDeleteAfter',
        'actionObjectCombinationAddAfter', 'actionObjectCombinationUpdateAfter', 'actionObjectCombinationDeleteAfter',
    ];

    /** A long import in one process does not keep them to its end. */
    const AT_ONCE = 500;

    /** @var array topic and id of what changed, by shop; each once */
    private static $noted = [];
    private static $isAwaited = false;

    /**
     * Orders are of one shop, which is asked for when they are written; the rest is of every shop of the context.
     */
    public static function note($topic, $id)
    {
        if ($id <= 0 || !self::isWanted($topic)) {
            return;
        }
        self::$noted[$topic . ' ' . $id] = [$topic, $id];
        if (!self::$isAwaited) {
            self::$isAwaited = true;
            register_shutdown_function([__CLASS__, 'write']);
        }
        if (count(self::$noted) >= self::AT_ONCE) {
            self::write();
        }
    }

    public static function write()
    {
        $noted = array_values(self::$noted);
        self::$noted = [];
        if ($noted === []) {
            return;
        }
        try {
            PasserelleOutbox::add($noted, self::shops());
            PasserellePing::send(self::shops());
        } catch (Throwable $fault) {
            PrestaShopLogger::addLog('Passerelle: events were not noted (' . get_class($fault) . ')', 2);
        }
    }

    private static function isWanted($topic)
    {
        foreach (self::shops() as $shop) {
            if (PasserelleOutbox::isListenedTo($shop, $topic)) {
                return true;
            }
        }

        return false;
    }

    /**
     * An order may be changed from another shop's context: those are the shops of whoever changes it.
     */
    private static function shops()
    {
        return array_map('intval', Shop::getContextListShopID());
    }
}
