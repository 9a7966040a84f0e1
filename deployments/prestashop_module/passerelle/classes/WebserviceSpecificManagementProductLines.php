<?php
/**
 * The resource `product_lines`: new products and combinations, many in one request, each made once, with one answer
 * for each. What a product or combination is made of is written by few statements in one transaction.
 *
 * `mode=hooks` (default) tells other modules what the webservice tells them, `mode=plain` does not. The words of the
 * products are in the search index either way.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementProductLines implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    const NAMED_BY = ['reference', 'ean13', 'isbn', 'upc', 'mpn', 'supplier_reference'];
    const TABLES = ['product', 'product_shop', 'product_lang', 'product_attribute', 'product_attribute_shop', 'stock_available'];

    private $mode;
    private $field;

    public function manage()
    {
        $this->requireOneShop();
        $this->mode = $this->parameter('mode', 'hooks');
        if (!in_array($this->mode, ['hooks', 'plain'], true)) {
            throw new WebserviceException('mode is hooks or plain', [85, 400]);
        }
        $this->field = $this->parameter('named_by', 'reference');
        if (!in_array($this->field, self::NAMED_BY, true)) {
            throw new WebserviceException('named_by is one of ' . implode(', ', self::NAMED_BY), [85, 400]);
        }
        $this->requireTransactions(self::TABLES, 'products');
        $lines = array_map(['PasserelleProductLine', 'read'], $this->nodesOf('product_line'));
        $this->refuseNameless($lines);
        $this->make('product', new PasserelleProductRows(), $lines);
        $this->make('combination', new PasserelleCombinationRows(), $lines);
        $held = $this->heldBy($lines);
        $this->answer = ['product_lines' => ['product_line' => array_map(function (PasserelleProductLine $line) use ($held) {
            return [
                'key' => $line->key,
                'status' => $line->status,
                'id' => $line->id ? (string) $line->id : '',
                'message' => $line->message,
                'held' => isset($held[$line->kind . $line->id]) ? $held[$line->kind . $line->id] : '',
            ];
        }, $lines)]];
    }

    /**
     * Read once all is written and every hook was told.
     *
     * @return array JSON by kind and id; nothing where it cannot be read: what was made stays
     */
    private function heldBy(array $lines)
    {
        $held = [];
        foreach (array_keys(PasserelleProductLine::CLASSES) as $kind) {
            $made = array_values(array_filter($lines, function (PasserelleProductLine $line) use ($kind) {
                return $line->kind === $kind && $line->status === 'created';
            }));
            try {
                $rows = $made === [] ? null : new PasserelleHeld($made);
                foreach ($made as $line) {
                    $held[$kind . $line->id] = $rows->of($line);
                }
            } catch (Throwable $fault) {
                $this->log('what was made could not be read again, ' . get_class($fault), 0);
            }
        }

        return $held;
    }

    private function make($kind, PasserelleEntityRows $rows, array $lines)
    {
        $open = $this->openOf($lines, $kind);
        if ($open === []) {
            return;
        }
        if ($this->mode === 'hooks') {
            foreach ($open as $line) {
                $this->tell('actionObjectAddBefore', ['object' => $line->entity]);
                $this->tell('actionObject' . get_class($line->entity) . 'AddBefore', ['object' => $line->entity]);
            }
        }
        // No column is unique on what names a product: one lock for the whole shop stands for it.
        $made = $this->underLock('p', function () use ($rows, $open) {
            return $this->write($rows, $open);
        });
        if ($made !== []) {
            $this->follow($kind, $rows, $made);
        }
    }

    /**
     * @return PasserelleProductLine[] those that were made
     */
    private function write(PasserelleEntityRows $rows, array $open)
    {
        $rows->lookUp($open, $this->field);
        $left = $this->openOf($open, null);
        if ($left === []) {
            return [];
        }
        try {
            PasserelleConnection::atOnce(function () use ($rows, $left) {
                $rows->write($left, $this->field);
            });
        } catch (Throwable $fault) {
            throw new WebserviceException('nothing was written: ' . get_class($fault), [46, 500]);
        }

        return $left;
    }

    private function follow($kind, PasserelleEntityRows $rows, array $made)
    {
        $products = [];
        foreach ($made as $line) {
            $products[] = (int) ($kind === 'product' ? $line->id : $line->entity->id_product);
        }
        $products = array_values(array_unique($products));
        try {
            SpecificPriceRule::applyAllRules($products);
        } catch (Throwable $fault) {
            $this->log('catalog price rules were not applied, ' . get_class($fault), $products[0]);
        }
        foreach ($this->mode === 'hooks' ? $made : [] as $line) {
            foreach ($rows->hooksAfter($line) as $hook) {
                $this->tell($hook[0], $hook[1]);
            }
        }
        if ($kind === 'product' && Configuration::get('PS_SEARCH_INDEXATION')) {
            $words = PasserelleProductWords::read($products);
            $this->underLock('p', function () use ($words) {
                $words->write();
            });
        }
    }

    private function refuseNameless(array $lines)
    {
        $seen = [];
        foreach ($this->openOf($lines, null) as $line) {
            $name = trim((string) $line->entity->{$this->field});
            $parent = $line->kind === 'combination' ? (int) $line->entity->id_product : '';
            $full = $line->kind . ' ' . $parent . ' ' . $name;
            if ($name === '') {
                $line->refuse('without "' . $this->field . '" it cannot be found again');
            } elseif (isset($seen[$full])) {
                $line->refuse('named twice in this document');
            }
            $seen[$full] = true;
        }
    }

    /**
     * @return PasserelleProductLine[]
     */
    private function openOf(array $lines, $kind)
    {
        return array_values(array_filter($lines, function (PasserelleProductLine $line) use ($kind) {
            return $line->isOpen() && ($kind === null || $line->kind === $kind);
        }));
    }

    private function tell($hook, array $told)
    {
        try {
            Hook::exec($hook, $told);
        } catch (Throwable $fault) {
            $entity = isset($told['object']) ? $told['object'] : null;
            $this->log('a module failed on ' . $hook . ', ' . get_class($fault), $entity ? (int) $entity->id : 0);
        }
    }

    private function log($message, $id)
    {
        PrestaShopLogger::addLog('passerelle: ' . $message, 3, null, 'Product', $id, true);
    }
}
