<?php
/**
 * What Passerelle has said of its runs, and what employees have asked it for: the tables behind the page.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleBoard
{
    const RESEND = 'resend_order';
    const RUN = 'run';
    const SETTINGS = 'settings';
    const ASSOCIATIONS = 'associations';

    const REQUESTS_SHOWN = 30;

    /** @var int */
    private $shop;

    public function __construct($idShop)
    {
        $this->shop = (int) $idShop;
    }

    public static function install()
    {
        $tables = [
            'passerelle_board' => '`id_shop` INT UNSIGNED NOT NULL, `name` VARCHAR(32) NOT NULL, `content` MEDIUMTEXT NOT NULL,
                PRIMARY KEY (`id_shop`, `name`)',
            'passerelle_board_order' => '`id_order` INT UNSIGNED NOT NULL, `reference` VARCHAR(32) NOT NULL, `state` VARCHAR(16) NOT NULL,
                `erp_number` VARCHAR(191) NOT NULL, `why` TEXT NOT NULL, `changed_at` VARCHAR(32) NOT NULL,
                PRIMARY KEY (`id_order`), KEY `state` (`state`)',
            'passerelle_board_request' => '`id_request` INT UNSIGNED NOT NULL AUTO_INCREMENT, `token` CHAR(32) NOT NULL,
                `id_shop` INT UNSIGNED NOT NULL, `kind` VARCHAR(32) NOT NULL, `subject` VARCHAR(191) NOT NULL,
                `content` MEDIUMTEXT NOT NULL, `id_employee` INT UNSIGNED NOT NULL, `asked_at` VARCHAR(32) NOT NULL,
                `state` VARCHAR(16) NOT NULL, `answer` TEXT NOT NULL, `answered_at` VARCHAR(32) NOT NULL,
                PRIMARY KEY (`id_request`), UNIQUE KEY `token` (`token`), KEY `state` (`id_shop`, `state`)',
        ];
        foreach ($tables as $name => $columns) {
            $sql = 'CREATE TABLE IF NOT EXISTS `' . _DB_PREFIX_ . $name . '` (' . $columns . ')
                ENGINE=' . _MYSQL_ENGINE_ . ' DEFAULT CHARSET=utf8mb4';
            if (!Db::getInstance()->execute($sql)) {
                return false;
            }
        }

        return true;
    }

    /**
     * Passerelle can say everything again: nothing is lost with the tables.
     */
    public static function uninstall()
    {
        $tables = ['passerelle_board', 'passerelle_board_order', 'passerelle_board_request'];

        return Db::getInstance()->execute('DROP TABLE IF EXISTS `' . _DB_PREFIX_ . implode('`, `' . _DB_PREFIX_, $tables) . '`');
    }

    public static function now()
    {
        return gmdate('Y-m-d\TH:i:s\Z');
    }

    /**
     * Who these tables are: another one after each installation, so that nobody believes what he said to former ones.
     */
    public function id()
    {
        $id = $this->text('id');
        if ($id === '') {
            $this->setText('id', bin2hex(random_bytes(16)));
            $id = $this->text('id');
        }

        return $id;
    }

    public function text($name)
    {
        return (string) Db::getInstance()->getValue(
            'SELECT `content` FROM `' . _DB_PREFIX_ . 'passerelle_board`
            WHERE `id_shop` = ' . $this->shop . " AND `name` = '" . pSQL($name) . "'",
            false
        );
    }

    public function setText($name, $text)
    {
        $this->write(
            'REPLACE INTO `' . _DB_PREFIX_ . 'passerelle_board` (`id_shop`, `name`, `content`)
            VALUES (' . $this->shop . ", '" . pSQL($name) . "', '" . pSQL($text, true) . "')"
        );
    }

    /**
     * @return array what Passerelle said last, as it said it; empty before it has said anything
     */
    public function page()
    {
        $page = json_decode($this->text('page'), true);

        return is_array($page) ? $page : [];
    }

    /**
     * With the reference that the order has now: another order that gets its id later is not the one that was told of.
     */
    public function setOrder(array $order)
    {
        $this->write(
            'REPLACE INTO `' . _DB_PREFIX_ . 'passerelle_board_order`
            (`id_order`, `reference`, `state`, `erp_number`, `why`, `changed_at`)
            SELECT `id_order`, `reference`, \'' . pSQL($order['state']) . "', '" . pSQL($order['erp_number']) . "', '"
            . pSQL(json_encode($order['why']), true) . "', '" . pSQL($order['changed_at']) . "'
            FROM `" . _DB_PREFIX_ . 'orders` WHERE `id_order` = ' . (int) $order['id'] . ' AND `id_shop` = ' . $this->shop
        );
    }

    /**
     * Notes what an employee asks for; what is asked already and not answered yet is not asked twice.
     */
    public function ask($kind, $subject, array $content, $idEmployee)
    {
        foreach ($this->open() as $one) {
            if ($one['kind'] === $kind && $one['subject'] === (string) $subject && $one['content'] === json_encode($content)) {
                return;
            }
        }
        $this->write(
            'INSERT INTO `' . _DB_PREFIX_ . 'passerelle_board_request`
            (`token`, `id_shop`, `kind`, `subject`, `content`, `id_employee`, `asked_at`, `state`, `answer`, `answered_at`)
            VALUES (\'' . bin2hex(random_bytes(16)) . "', " . $this->shop . ", '" . pSQL($kind) . "', '" . pSQL($subject) . "', '"
            . pSQL(json_encode($content), true) . "', " . (int) $idEmployee . ", '" . self::now() . "', 'asked', '{}', '')"
        );
    }

    /**
     * What is asked and not answered, the oldest first.
     */
    public function open()
    {
        return $this->requests("`state` = 'asked' ORDER BY `id_request` LIMIT 100");
    }

    public function lastRequests()
    {
        return $this->requests('1 ORDER BY `id_request` DESC LIMIT ' . self::REQUESTS_SHOWN);
    }

    public function answer($token, $state, array $answer)
    {
        $this->write(
            'UPDATE `' . _DB_PREFIX_ . "passerelle_board_request` SET `state` = '" . pSQL($state) . "', `answer` = '"
            . pSQL(json_encode($answer), true) . "', `answered_at` = '" . self::now() . "'
            WHERE `token` = '" . pSQL($token) . "' AND `state` = 'asked' AND `id_shop` = " . $this->shop
        );
    }

    private function requests($condition)
    {
        $rows = Db::getInstance()->executeS(
            'SELECT * FROM `' . _DB_PREFIX_ . 'passerelle_board_request` WHERE `id_shop` = ' . $this->shop . ' AND ' . $condition,
            true,
            false
        );

        return $rows ?: [];
    }

    private function write($sql)
    {
        if (!Db::getInstance()->execute($sql, false)) {
            throw new PrestaShopException('the database refused it');
        }
    }
}
