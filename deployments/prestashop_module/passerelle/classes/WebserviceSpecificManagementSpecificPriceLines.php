<?php
/**
 * The resource `specific_price_lines`: specific prices made and changed, many in one request, each accounted for.
 *
 * A line: `id;id_product;id_product_attribute;id_shop;id_shop_group;id_currency;id_country;id_group;id_customer;
 * from_quantity;price;reduction_type;reduction;reduction_tax;from;to`. With the id 0 it makes the price, or finds the
 * one that the shop has in that case, and makes it equal; with `found=keep` one that differs is left. Prices of carts and
 * of catalogue rules are never touched.
 *
 * `mode=hooks` (default) tells other modules what the webservice tells them, `mode=plain` does not. `held` is read once
 * all is written and every hook was told: `status,id;...` of each line in their order, `|` between.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementSpecificPriceLines implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    const COUNTS = ['created' => 'c', 'found' => 'e', 'updated' => 'u', 'unchanged' => 'n'];
    const VERBS = ['c' => 'Add', 'e' => 'Update', 'u' => 'Update'];

    private $mode;

    /** @var PasserelleSpecificPriceRows */
    private $rows;

    public function manage()
    {
        $this->requireOneShop();
        $this->mode = $this->parameter('mode', 'hooks');
        if (!in_array($this->mode, ['hooks', 'plain'], true)) {
            throw new WebserviceException('mode is hooks or plain', [85, 400]);
        }
        if (!in_array($this->parameter('found', ''), ['', 'keep'], true)) {
            throw new WebserviceException('found is keep', [85, 400]);
        }
        $this->requireTransactions(['specific_price'], 'specific prices');
        $start = microtime(true);
        $lines = PasserelleSpecificPriceLine::readAll();
        $readable = array_filter($lines, function (PasserelleSpecificPriceLine $line) {
            return $line->left === '';
        });
        $this->rows = new PasserelleSpecificPriceRows($this->parameter('found', '') === 'keep');
        $read = microtime(true);
        $this->write($readable);
        $held = $this->rows->held($lines);
        if ($this->tell($readable, 'After')) {
            $held = $this->rows->held($lines);
        }
        $this->answer = ['specific_price_lines' => ['lines' => (string) count($lines)] + $this->counts($lines) + [
            'held' => implode('|', $held),
            'resolve_ms' => (string) round(1000 * ($read - $start), 1),
            'write_ms' => (string) round(1000 * (microtime(true) - $read), 1),
        ]];
    }

    private function write(array $lines)
    {
        if ($this->listens('Before')) {
            $this->rows->decide($lines, false);
            $this->tell($lines, 'Before');
        }
        $this->underLock('s', function () use ($lines) {
            try {
                PasserelleConnection::atOnce(function () use ($lines) {
                    $this->rows->decide($lines);
                    $this->rows->write($lines);
                });
            } catch (Throwable $fault) {
                throw new WebserviceException('nothing was written: ' . get_class($fault), [46, 500]);
            }
        });
        SpecificPrice::flushCache();
        foreach ($lines as $line) {
            if ($line->status === 'c') {
                // As SpecificPrice::add: without it the shop looks at none of them.
                Configuration::updateGlobalValue('PS_SPECIFIC_PRICE_FEATURE_ACTIVE', '1');
                break;
            }
        }
    }

    private function counts(array $lines)
    {
        $left = [];
        $counts = array_fill_keys(array_values(self::COUNTS), 0);
        foreach ($lines as $position => $line) {
            if ($line->left !== '') {
                $left[] = $position . ':' . $line->left;
            } else {
                ++$counts[$line->status];
            }
        }
        $told = [];
        foreach (self::COUNTS as $name => $status) {
            $told[$name] = (string) $counts[$status];
        }

        return $told + ['left' => implode(';', $left)];
    }

    /**
     * Whether a module waits for what happens before, or after, a price is made or changed.
     */
    private function listens($moment)
    {
        if ($this->mode === 'plain') {
            return false;
        }
        foreach (array_unique(self::VERBS) as $verb) {
            foreach ($this->hooks($verb, $moment) as $hook) {
                if (Hook::getHookModuleExecList($hook)) {
                    return true;
                }
            }
        }

        return false;
    }

    /**
     * What ObjectModel tells other modules of each price that is made or changed.
     *
     * @return bool whether one of them was told
     */
    private function tell(array $lines, $moment)
    {
        if (!$this->listens($moment)) {
            return false;
        }
        foreach ($lines as $line) {
            if (!$line->isNews) {
                continue;
            }
            $price = new SpecificPrice();
            $price->id = $line->id ?: null;
            foreach ($line->values as $field => $value) {
                $price->$field = $value;
            }
            foreach ($this->hooks(self::VERBS[$line->status], $moment) as $hook) {
                try {
                    Hook::exec($hook, ['object' => $price]);
                } catch (Throwable $fault) {
                    PrestaShopLogger::addLog('passerelle: a module failed on ' . $hook . ', ' . get_class($fault), 3, null, 'SpecificPrice', (int) $line->id, true);
                }
            }
        }

        return true;
    }

    private function hooks($verb, $moment)
    {
        return ['actionObject' . $verb . $moment, 'actionObjectSpecificPrice' . $verb . $moment];
    }
}
