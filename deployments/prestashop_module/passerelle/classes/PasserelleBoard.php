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
    /** Handed over in a file, and not yet named by a file of the ERP. */
    const SENT = 'sent';

    const RESEND = 'resend_order';
    const RUN = 'run';
    const SETTINGS = 'settings';
    const ASSOCIATIONS = 'associations';

    const REQUESTS_SHOWN = 30;

    const COLUMNS = [
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

    /** @var int */
    private $shop;

    public function __construct($idShop)
    {
        $this->shop = (int) $idShop;
    }

    public static function install()
    {
        return PasserelleTables::create(self::COLUMNS);
    }

    /**
     * Passerelle can say everything again: nothing is lost with the tables.
     */
    public static function uninstall()
    {
        $tables = array_map(['PasserelleTables', 'name'], array_keys(self::COLUMNS));

        return Db::getInstance()->execute('DROP TABLE IF EXISTS ' . implode(', ', $tables));
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
        $rows = PasserelleTables::rows(
            'SELECT `content` FROM ' . PasserelleTables::name('passerelle_board') . '
            WHERE `id_shop` = ' . $this->shop . ' AND `name` = ' . PasserelleTables::quoted($name)
        );

        return $rows === [] ? '' : (string) $rows[0]['content'];
    }

    public function setText($name, $text)
    {
        PasserelleTables::execute(
            'REPLACE INTO ' . PasserelleTables::name('passerelle_board') . ' (`id_shop`, `name`, `content`)
            VALUES (' . $this->shop . ', ' . PasserelleTables::quoted($name) . ', ' . PasserelleTables::quoted($text) . ')'
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
     * Whatever shop it is of, every order is told anew: former versions of the module did not keep all that is told.
     */
    public static function forgetOrders()
    {
        return Db::getInstance()->execute(
            'UPDATE ' . PasserelleTables::name('passerelle_board') . " SET `content` = '' WHERE `name` = 'orders_until'"
        );
    }

    /**
     * Of which deliveries the orders are told: those of another ERP, or of its test, say nothing of these.
     */
    public function setOrdersOf($kind)
    {
        if ($kind === $this->text('orders_of')) {
            return;
        }
        // Until all of it is done, nothing is known to have been told.
        $this->setText('orders_until', '');
        PasserelleTables::execute(
            'DELETE b FROM ' . PasserelleTables::name('passerelle_board_order') . ' b
            LEFT JOIN ' . PasserelleTables::name('orders') . ' o ON o.`id_order` = b.`id_order`
            WHERE o.`id_order` IS NULL OR o.`id_shop` = ' . $this->shop
        );
        $this->setText('orders_of', $kind);
    }

    /**
     * An order that has this id under another reference is not the one that is told of: a restored shop gives ids anew.
     */
    public function setOrder(array $order)
    {
        PasserelleTables::execute(
            'REPLACE INTO ' . PasserelleTables::name('passerelle_board_order') . '
            (`id_order`, `reference`, `state`, `erp_number`, `why`, `changed_at`)
            SELECT `id_order`, `reference`, ' . PasserelleTables::quoted($order['state']) . ', '
            . PasserelleTables::quoted($order['erp_number']) . ', ' . PasserelleTables::quoted(json_encode($order['why'])) . ', '
            . PasserelleTables::quoted($order['changed_at']) . '
            FROM ' . PasserelleTables::name('orders') . '
            WHERE `id_order` = ' . (int) $order['id'] . ' AND `id_shop` = ' . $this->shop . '
            AND ' . PasserelleTables::same('`reference`', PasserelleTables::quoted($order['reference']))
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
        $values = [bin2hex(random_bytes(16)), $this->shop, $kind, $subject, json_encode($content), (int) $idEmployee, self::now()];
        PasserelleTables::execute(
            'INSERT INTO ' . PasserelleTables::name('passerelle_board_request') . '
            (`token`, `id_shop`, `kind`, `subject`, `content`, `id_employee`, `asked_at`, `state`, `answer`, `answered_at`)
            VALUES (' . implode(', ', array_map(['PasserelleTables', 'quoted'], $values)) . ", 'asked', '{}', '')"
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
        PasserelleTables::execute(
            'UPDATE ' . PasserelleTables::name('passerelle_board_request') . '
            SET `state` = ' . PasserelleTables::quoted($state) . ', `answer` = ' . PasserelleTables::quoted(json_encode($answer)) . ',
            `answered_at` = ' . PasserelleTables::quoted(self::now()) . '
            WHERE `token` = ' . PasserelleTables::quoted($token) . " AND `state` = 'asked' AND `id_shop` = " . $this->shop
        );
    }

    private function requests($condition)
    {
        return PasserelleTables::rows(
            'SELECT * FROM ' . PasserelleTables::name('passerelle_board_request') . '
            WHERE `id_shop` = ' . $this->shop . ' AND ' . $condition
        );
    }
}
