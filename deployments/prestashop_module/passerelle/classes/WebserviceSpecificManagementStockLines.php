<?php
/**
 * The resource `stock_lines`: quantities by reference, in one statement, with the hook that other modules wait for.
 *
 * `mode=hooks` (default) fires actionUpdateQuantity per changed row, `mode=plain` does not. The merchant gets no mail
 * per row about low stock unless `alerts=1`; the customers' back-in-stock mails go in `hooks` either way.
 *
 * `held` is read once all is written and every hook was told: `id_stock_available:quantity` of each line that could be
 * read, in their order and separated by a semicolon, empty where the reference names no row.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementStockLines implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    private $unknown = [];
    private $ambiguous = [];
    private $parents = [];
    private $managed = [];
    private $unchanged = 0;
    private $created = 0;

    /** @var array as $wanted, the lines whose product has no stock row in this shop */
    private $missing = [];

    public function manage()
    {
        $this->requireOneShop();
        $mode = $this->parameter('mode', 'hooks');
        if (!in_array($mode, ['hooks', 'plain'], true)) {
            throw new WebserviceException('mode is hooks or plain', [85, 400]);
        }
        $start = microtime(true);
        $lines = PasserelleLines::read('/^-?[0-9]{1,9}$/');
        $wanted = $this->resolved($lines);
        $resolved = microtime(true);
        $this->holdBackAlerts();
        $changed = $this->write($wanted);
        if ($mode === 'hooks') {
            $this->tell($changed);
        }
        $this->create();
        $written = microtime(true);
        $this->answer = ['stock_lines' => [
            'lines' => (string) $lines->count,
            'written' => (string) (count($changed) + $this->created),
            'unchanged' => (string) $this->unchanged,
            'unknown' => implode(';', $this->unknown),
            'ambiguous' => implode(';', $this->ambiguous),
            'products_with_combinations' => implode(';', $this->parents),
            'depends_on_stock' => implode(';', $this->managed),
            'invalid' => implode(';', $lines->invalid),
            'held' => implode(';', $this->held($lines, $wanted)),
            'resolve_ms' => (string) round(1000 * ($resolved - $start), 1),
            'write_ms' => (string) round(1000 * ($written - $resolved), 1),
        ]];
    }

    /**
     * @return array lists of reference and quantity by "id_product-id_product_attribute"
     */
    private function resolved(PasserelleLines $lines)
    {
        $references = new PasserelleReferences($lines->references());
        $wanted = [];
        foreach ($lines->references() as $reference) {
            $owners = $references->ownersOf($reference);
            if ($owners === []) {
                $this->unknown[] = $reference;
            } elseif (count($owners) > 1) {
                $this->ambiguous[] = $reference;
            } elseif ($owners[0][1] === 0 && $references->hasCombinations($owners[0][0])) {
                $this->parents[] = $reference;
            } else {
                $wanted[implode('-', $owners[0])] = [$reference, (int) $lines->values[$reference]];
            }
        }

        return $wanted;
    }

    /**
     * @return array list of [id_product, id_product_attribute, quantity, delta]
     */
    private function write(array $wanted)
    {
        if ($wanted === []) {
            return [];
        }
        $products = [];
        foreach (array_keys($wanted) as $key) {
            $id = (int) explode('-', $key)[0];
            $products[$id] = $id;
        }
        $restriction = StockAvailable::addSqlShopRestriction(null, (int) Context::getContext()->shop->id);
        try {
            return PasserelleConnection::atOnce(function () use ($wanted, $products, $restriction) {
                return $this->update($wanted, implode(',', $products), $restriction);
            });
        } catch (Throwable $fault) {
            throw new WebserviceException('nothing was written: ' . get_class($fault), [46, 500]);
        }
    }

    /**
     * Writes the rows that are there; $missing are those that are not.
     */
    private function update(array $wanted, $products, $restriction)
    {
        $rows = PasserelleConnection::rows(
            'SELECT `id_stock_available`, `id_product`, `id_product_attribute`, `quantity`, `depends_on_stock`
            FROM `' . _DB_PREFIX_ . 'stock_available`
            WHERE `id_product` IN (' . $products . ')' . $restriction . '
            ORDER BY `id_stock_available`
            FOR UPDATE'
        );
        $changed = [];
        $cases = [];
        foreach ($rows as $row) {
            $key = (int) $row['id_product'] . '-' . (int) $row['id_product_attribute'];
            if (!isset($wanted[$key])) {
                continue;
            }
            list($reference, $quantity) = $wanted[$key];
            unset($wanted[$key]);
            if ((int) $row['depends_on_stock'] === 1) {
                $this->managed[] = $reference;
            } elseif ((int) $row['quantity'] === $quantity) {
                ++$this->unchanged;
            } else {
                $cases[(int) $row['id_stock_available']] = $quantity;
                $changed[] = [(int) $row['id_product'], (int) $row['id_product_attribute'], $quantity, $quantity - (int) $row['quantity']];
            }
        }
        $this->missing = $wanted;
        if ($cases !== []) {
            $this->set($cases);
            $this->totalUp($changed, $restriction);
        }

        return $changed;
    }

    private function set(array $cases)
    {
        $whens = '';
        foreach ($cases as $id => $quantity) {
            $whens .= ' WHEN ' . (int) $id . ' THEN ' . (int) $quantity;
        }
        // The columns of one table are set from left to right: the physical quantity sees the new one.
        PasserelleConnection::execute(
            'UPDATE `' . _DB_PREFIX_ . 'stock_available`
            SET `quantity` = CASE `id_stock_available`' . $whens . ' END,
                `physical_quantity` = `quantity` + `reserved_quantity`
            WHERE `id_stock_available` IN (' . implode(',', array_keys($cases)) . ')'
        );
    }

    /**
     * The row of a product is the sum of those of its combinations.
     */
    private function totalUp(array $changed, $restriction)
    {
        $products = [];
        foreach ($changed as $row) {
            if ($row[1] !== 0) {
                $products[$row[0]] = $row[0];
            }
        }
        if ($products === []) {
            return;
        }
        $ids = implode(',', $products);
        PasserelleConnection::execute(
            'UPDATE `' . _DB_PREFIX_ . 'stock_available` sa
            INNER JOIN (
                SELECT `id_product`, SUM(`quantity`) AS `total`
                FROM `' . _DB_PREFIX_ . 'stock_available`
                WHERE `id_product` IN (' . $ids . ') AND `id_product_attribute` <> 0' . $restriction . '
                GROUP BY `id_product`
            ) sums ON sums.`id_product` = sa.`id_product`
            SET sa.`quantity` = sums.`total`, sa.`physical_quantity` = sums.`total` + sa.`reserved_quantity`
            WHERE sa.`id_product_attribute` = 0'
            . StockAvailable::addSqlShopRestriction(null, (int) Context::getContext()->shop->id, 'sa')
        );
    }

    /**
     * Products without a stock row in this shop: the core makes it, with its own hooks, once the others were told.
     */
    private function create()
    {
        foreach ($this->missing as $key => $line) {
            list($idProduct, $idCombination) = array_map('intval', explode('-', $key));
            try {
                StockAvailable::setQuantity($idProduct, $idCombination, $line[1], (int) Context::getContext()->shop->id);
            } catch (Throwable $fault) {
                throw new WebserviceException('no stock row could be made for ' . $line[0], [46, 500]);
            }
            ++$this->created;
        }
    }

    /**
     * @return string[] what the row of each line holds now, as `id:quantity`
     */
    private function held(PasserelleLines $lines, array $wanted)
    {
        $keys = [];
        $products = [];
        foreach ($wanted as $key => $line) {
            $keys[$line[0]] = $key;
            $id = (int) explode('-', $key)[0];
            $products[$id] = $id;
        }
        $rows = $products === [] ? [] : Db::getInstance()->executeS(
            'SELECT `id_stock_available`, `id_product`, `id_product_attribute`, `quantity`
            FROM `' . _DB_PREFIX_ . 'stock_available`
            WHERE `id_product` IN (' . implode(',', $products) . ')'
            . StockAvailable::addSqlShopRestriction(null, (int) Context::getContext()->shop->id),
            true,
            false
        );
        $now = [];
        foreach ($rows ?: [] as $row) {
            $now[$row['id_product'] . '-' . $row['id_product_attribute']] = $row['id_stock_available'] . ':' . $row['quantity'];
        }
        $held = [];
        foreach ($lines->references() as $reference) {
            $held[] = isset($keys[$reference], $now[$keys[$reference]]) ? $now[$keys[$reference]] : '';
        }

        return $held;
    }

    private function holdBackAlerts()
    {
        if ($this->parameter('alerts', '0') !== '1' && !defined('PS_MASS_PRODUCT_CREATION')) {
            // The core's own switch of its CSV import, read by ps_emailalerts: no mail to the merchant per row.
            define('PS_MASS_PRODUCT_CREATION', true);
        }
    }

    private function tell(array $changed)
    {
        $idShop = (int) Context::getContext()->shop->id;
        foreach ($changed as $row) {
            Cache::clean('StockAvailable::getQuantityAvailableByProduct_' . $row[0] . '*');
            try {
                Hook::exec('actionUpdateQuantity', [
                    'id_product' => $row[0],
                    'id_product_attribute' => $row[1],
                    'quantity' => $row[2],
                    'delta_quantity' => $row[3],
                    'id_shop' => $idShop,
                ]);
            } catch (Throwable $fault) {
                PrestaShopLogger::addLog('passerelle: a module failed on actionUpdateQuantity, ' . get_class($fault), 3, null, 'Product', $row[0], true);
            }
        }
    }
}
