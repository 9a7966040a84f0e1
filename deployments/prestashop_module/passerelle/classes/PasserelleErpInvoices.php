<?php
/**
 * The ERP's invoices of orders: kept with their PDF, compared before they are written, and given back.
 *
 * A PDF lies in the folder of virtual products, which web servers do not serve, under a name that nobody can guess.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleErpInvoices
{
    const FOLDER = 'passerelle/';

    /**
     * @param array $orders reference by id_order
     *
     * @return array rows of the table, by id_order
     */
    public static function of(array $orders)
    {
        $found = [];
        if ($orders === []) {
            return $found;
        }
        $query = 'SELECT * FROM ' . PasserelleTables::name('passerelle_invoice') . '
            WHERE `id_order` IN (' . implode(', ', array_map('intval', array_keys($orders))) . ') ORDER BY `date`, `id_invoice`';
        foreach (PasserelleTables::rows($query) as $row) {
            if ((string) $row['reference'] === $orders[(int) $row['id_order']]) {
                $found[(int) $row['id_order']][] = self::plain($row);
            }
        }

        return $found;
    }

    /**
     * @return array|null the row, if its order is still the one that it was written for
     */
    public static function byId($id)
    {
        $rows = PasserelleTables::rows(
            'SELECT i.* FROM ' . PasserelleTables::name('passerelle_invoice') . ' i
            INNER JOIN `' . _DB_PREFIX_ . 'orders` o ON o.`id_order` = i.`id_order`
            WHERE i.`id_invoice` = ' . (int) $id
        );
        if ($rows === []) {
            return null;
        }
        $row = self::plain($rows[0]);
        $order = new Order((int) $row['id_order']);

        return (string) $order->reference === $row['reference'] ? $row : null;
    }

    public static function path(array $row)
    {
        return $row['file'] === '' ? '' : _PS_DOWNLOAD_DIR_ . self::FOLDER . $row['file'];
    }

    private static function plain(array $row)
    {
        $row = array_map('strval', $row);
        foreach (['total_tax_excl', 'total_tax_incl'] as $name) {
            $row[$name] = $row[$name] === '' ? '' : PasserelleErpOrder::plain($row[$name]);
        }

        return $row;
    }

    /**
     * Writes what differs, the PDF before the row and the former PDF's end after it: no row names a file that is not there.
     *
     * @return bool whether anything did
     */
    public static function store(PasserelleErpInvoice $invoice)
    {
        $written = '';
        $former = '';
        try {
            $changed = PasserelleTables::atOnce(function () use ($invoice, &$written, &$former) {
                $row = self::claim($invoice);
                $former = $row['former'];
                $hash = $invoice->pdf === '' ? $row['sha256'] : hash('sha256', $invoice->pdf);
                $isThere = $invoice->pdf === '' || ($row['sha256'] === $hash && is_file(self::path($row)));
                if (!$row['is_new'] && $isThere && $invoice->values === array_intersect_key($row, $invoice->values)) {
                    return false;
                }
                $file = $row['file'];
                if (!$isThere) {
                    $former = $former === '' ? self::path($row) : $former;
                    $file = self::keep($invoice->pdf);
                    $written = _PS_DOWNLOAD_DIR_ . self::FOLDER . $file;
                }
                self::write((int) $row['id_invoice'], $invoice, $file, $hash);

                return true;
            });
        } catch (Throwable $fault) {
            self::remove($written);
            throw $fault;
        }
        self::remove($former);

        return $changed;
    }

    /**
     * The invoice's row, locked, a new one where there is none; that of another order which had this id becomes empty.
     */
    private static function claim(PasserelleErpInvoice $invoice)
    {
        $table = PasserelleTables::name('passerelle_invoice');
        $values = $invoice->values;
        PasserelleTables::execute(
            'INSERT INTO ' . $table . ' (`id_order`, `reference`, `kind`, `number`, `file`, `sha256`, `size`) VALUES ('
            . (int) $invoice->idOrder . ', ' . PasserelleTables::quoted($invoice->reference) . ', '
            . PasserelleTables::quoted($values['kind']) . ', ' . PasserelleTables::quoted($values['number']) . ", '', '', 0)
            ON DUPLICATE KEY UPDATE `id_invoice` = LAST_INSERT_ID(`id_invoice`)"
        );
        $isNew = Db::getInstance()->Affected_Rows() === 1;
        $id = (int) Db::getInstance()->Insert_ID();
        $rows = PasserelleTables::rows('SELECT * FROM ' . $table . ' WHERE `id_invoice` = ' . $id . ' FOR UPDATE');
        $row = self::plain($rows[0]);
        $former = '';
        if ($row['reference'] !== $invoice->reference) {
            $former = self::path($row);
            $row = array_merge($row, ['date' => '', 'total_tax_excl' => '', 'total_tax_incl' => '', 'file' => '', 'sha256' => '']);
            $isNew = true;
        }
        // Key by key as the values are, so that they can be compared as they stand.
        $ordered = array_merge($values, $row);

        return $ordered + ['is_new' => $isNew, 'former' => $former];
    }

    private static function keep($pdf)
    {
        $folder = _PS_DOWNLOAD_DIR_ . self::FOLDER;
        if (!is_dir($folder) && !mkdir($folder, 0750, true) && !is_dir($folder)) {
            throw new PrestaShopException('the folder of the invoices cannot be written');
        }
        foreach (['index.php' => __DIR__ . '/index.php', '.htaccess' => _PS_DOWNLOAD_DIR_ . '.htaccess'] as $name => $source) {
            if (!is_file($folder . $name) && is_file($source)) {
                copy($source, $folder . $name);
            }
        }
        $file = bin2hex(random_bytes(20));
        if (file_put_contents($folder . $file . '.part', $pdf) !== strlen($pdf) || !rename($folder . $file . '.part', $folder . $file)) {
            self::remove($folder . $file . '.part');
            throw new PrestaShopException('the folder of the invoices cannot be written');
        }
        chmod($folder . $file, 0640);

        return $file;
    }

    /**
     * Files that no row names, as a process that was killed or a database restored from a backup leaves them, go; once a day.
     */
    public static function removeStrays()
    {
        $folder = _PS_DOWNLOAD_DIR_ . self::FOLDER;
        $mark = $folder . '.looked';
        $yesterday = time() - 86400;
        if (!is_writable($folder) || (is_file($mark) && filemtime($mark) > $yesterday)) {
            return;
        }
        touch($mark);
        $rows = PasserelleTables::rows('SELECT `file` FROM ' . PasserelleTables::name('passerelle_invoice'));
        $named = array_flip(array_column($rows, 'file'));
        foreach (scandir($folder) as $file) {
            $isOurs = preg_match('/^[0-9a-f]{40}(\.part)?$/', $file) === 1;
            if ($isOurs && !isset($named[$file]) && filemtime($folder . $file) < $yesterday) {
                self::remove($folder . $file);
            }
        }
    }

    private static function remove($path)
    {
        if ($path !== '' && is_file($path)) {
            unlink($path);
        }
    }

    private static function write($id, PasserelleErpInvoice $invoice, $file, $hash)
    {
        $values = $invoice->values;
        $size = $invoice->pdf === '' ? '' : ', `size` = ' . strlen($invoice->pdf);
        PasserelleTables::execute(
            'UPDATE ' . PasserelleTables::name('passerelle_invoice') . ' SET
            `reference` = ' . PasserelleTables::quoted($invoice->reference) . ',
            `date` = ' . PasserelleTables::nullable($values['date']) . ',
            `total_tax_excl` = ' . PasserelleTables::nullable($values['total_tax_excl']) . ',
            `total_tax_incl` = ' . PasserelleTables::nullable($values['total_tax_incl']) . ',
            `file` = ' . PasserelleTables::quoted($file) . ',
            `sha256` = ' . PasserelleTables::quoted($hash) . $size . '
            WHERE `id_invoice` = ' . (int) $id
        );
    }
}
