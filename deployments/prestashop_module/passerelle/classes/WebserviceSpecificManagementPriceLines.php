<?php
/**
 * The resource `price_lines`: prices without tax of products, by reference, those that changed only.
 *
 * `mode=hooks` (default) fires actionProductSave per changed product, which price facets are indexed on, and
 * actionProductUpdate; `mode=plain` fires nothing. The price of a combination is an impact and is not written here.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementPriceLines implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    private $unknown = [];
    private $ambiguous = [];
    private $combinations = [];
    private $unchanged = 0;

    public function manage()
    {
        $this->requireOneShop();
        $mode = $this->parameter('mode', 'hooks');
        if (!in_array($mode, ['hooks', 'plain'], true)) {
            throw new WebserviceException('mode is hooks or plain', [85, 400]);
        }
        $start = microtime(true);
        $lines = PasserelleLines::read('/^[0-9]{1,10}(\.[0-9]{1,9})?$/');
        $wanted = $this->resolved($lines);
        $resolved = microtime(true);
        $changed = $this->write($wanted);
        if ($mode === 'hooks') {
            $this->tell($changed);
        }
        $this->answer = ['price_lines' => [
            'lines' => (string) $lines->count,
            'written' => (string) count($changed),
            'unchanged' => (string) $this->unchanged,
            'unknown' => implode(';', $this->unknown),
            'combinations' => implode(';', $this->combinations),
            'ambiguous' => implode(';', $this->ambiguous),
            'invalid' => implode(';', $lines->invalid),
            'resolve_ms' => (string) round(1000 * ($resolved - $start), 1),
            'write_ms' => (string) round(1000 * (microtime(true) - $resolved), 1),
        ]];
    }

    /**
     * @return array prices as texts with six decimals, by id_product
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
            } elseif ($owners[0][1] !== 0) {
                $this->combinations[] = $reference;
            } else {
                $wanted[$owners[0][0]] = number_format((float) $lines->values[$reference], 6, '.', '');
            }
        }

        return $wanted;
    }

    /**
     * @return int[] ids of the products whose price changed
     */
    private function write(array $wanted)
    {
        if ($wanted === []) {
            return [];
        }
        try {
            return PasserelleConnection::atOnce(function () use ($wanted) {
                return $this->update($wanted);
            });
        } catch (Throwable $fault) {
            throw new WebserviceException('nothing was written: ' . get_class($fault), [46, 500]);
        }
    }

    private function update(array $wanted)
    {
        $idShop = (int) Context::getContext()->shop->id;
        $rows = PasserelleConnection::rows(
            'SELECT `id_product`, `price`
            FROM `' . _DB_PREFIX_ . 'product_shop`
            WHERE `id_shop` = ' . $idShop . ' AND `id_product` IN (' . implode(',', array_keys($wanted)) . ')
            ORDER BY `id_product`
            FOR UPDATE'
        );
        $whens = '';
        $changed = [];
        foreach ($rows as $row) {
            $id = (int) $row['id_product'];
            if (number_format((float) $row['price'], 6, '.', '') === $wanted[$id]) {
                ++$this->unchanged;
                continue;
            }
            $whens .= ' WHEN ' . $id . ' THEN ' . $wanted[$id];
            $changed[] = $id;
        }
        if ($changed !== []) {
            $this->set($whens, implode(',', $changed), $idShop);
        }

        return $changed;
    }

    private function set($whens, $ids, $idShop)
    {
        // PrestaShop gives its time zone to PHP and not to the database, whose NOW() is another hour.
        $now = "'" . date('Y-m-d H:i:s') . "'";
        PasserelleConnection::execute(
            'UPDATE `' . _DB_PREFIX_ . 'product_shop`
            SET `price` = CASE `id_product`' . $whens . ' END, `date_upd` = ' . $now . '
            WHERE `id_shop` = ' . $idShop . ' AND `id_product` IN (' . $ids . ')'
        );
        PasserelleConnection::execute(
            'UPDATE `' . _DB_PREFIX_ . 'product`
            SET `price` = CASE `id_product`' . $whens . ' END, `date_upd` = ' . $now . '
            WHERE `id_shop_default` = ' . $idShop . ' AND `id_product` IN (' . $ids . ')'
        );
    }

    private function tell(array $changed)
    {
        foreach ($changed as $id) {
            $told = ['id_product' => $id, 'product' => new Product($id)];
            foreach (['actionProductSave', 'actionProductUpdate'] as $hook) {
                try {
                    Hook::exec($hook, $told);
                } catch (Throwable $fault) {
                    PrestaShopLogger::addLog('passerelle: a module failed on ' . $hook . ', ' . get_class($fault), 3, null, 'Product', $id, true);
                }
            }
        }
    }
}
