<?php
/**
 * Work that must not go on over another connection of the database than the one that it began on, nor past a statement
 * that failed.
 *
 * The core connects anew where a connection is lost (error 2006), and sends the statement again: what a transaction
 * had written is then gone, the rest of it is committed statement by statement, and a named lock is no longer held.
 * Before PHP 8, and in 9.1, a statement that fails only answers false, and the core looks at few of these answers.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleConnection
{
    /** No database listens there: the core's attempt to connect fails, and with it the statement. */
    const NOWHERE = ':/nowhere';

    /**
     * What `work` does, over one connection; an exception once that is lost, or a statement fails.
     */
    public static function kept(callable $work)
    {
        $former = self::server(self::NOWHERE);
        $silence = self::onFailure();
        try {
            return $work();
        } finally {
            self::onFailure($silence);
            self::server($former);
        }
    }

    /**
     * What `write` does, whole or not at all.
     */
    public static function atOnce(callable $write)
    {
        try {
            return self::kept(function () use ($write) {
                self::execute('START TRANSACTION');
                $result = $write();
                self::execute('COMMIT');

                return $result;
            });
        } catch (Throwable $fault) {
            self::quietly(function () {
                Db::getInstance()->execute('ROLLBACK', false);
            });
            throw $fault;
        }
    }

    /**
     * What `work` does while this connection holds the named lock; PasserelleRefusal where another one keeps it.
     */
    public static function underLock($name, $seconds, callable $work)
    {
        $held = Db::getInstance()->getValue("SELECT GET_LOCK('" . $name . "', " . (int) $seconds . ')', false);
        if ((int) $held !== 1) {
            throw new PasserelleRefusal('another import is writing, send it again');
        }
        try {
            return self::kept($work);
        } finally {
            self::quietly(function () use ($name) {
                Db::getInstance()->getValue("SELECT RELEASE_LOCK('" . $name . "')", false);
            });
        }
    }

    /**
     * Rows of a SELECT. Before PHP 8, and in 9.1, a query that fails gives false, which is not "none".
     */
    public static function rows($query)
    {
        $rows = Db::getInstance()->executeS($query, true, false);
        if (!is_array($rows)) {
            throw new PrestaShopException('the tables could not be read');
        }

        return $rows;
    }

    /**
     * A statement that fails only answers false there, and the ones after it would be committed one by one.
     */
    public static function execute($statement)
    {
        if (!Db::getInstance()->execute($statement, false)) {
            throw new PrestaShopException('the database refused a statement');
        }
    }

    /**
     * What ends with the connection anyway, where that is lost.
     */
    private static function quietly(callable $work)
    {
        try {
            $work();
        } catch (Throwable $fault) {
            return;
        }
    }

    /**
     * @param int|null $mode one of PDO's, exceptions where none is given
     *
     * @return int|null what a statement that failed did until now; nothing where the core's link is not PDO
     */
    private static function onFailure($mode = null)
    {
        $link = Db::getInstance()->getLink();
        if (!$link instanceof PDO) {
            return null;
        }
        $former = $link->getAttribute(PDO::ATTR_ERRMODE);
        $link->setAttribute(PDO::ATTR_ERRMODE, $mode === null ? PDO::ERRMODE_EXCEPTION : $mode);

        return $former;
    }

    /**
     * @return string where the core would connect to until now
     */
    private static function server($server)
    {
        $swap = Closure::bind(function ($server) {
            $former = $this->server;
            $this->server = $server;

            return $former;
        }, Db::getInstance(), 'Db');

        return $swap($server);
    }
}
