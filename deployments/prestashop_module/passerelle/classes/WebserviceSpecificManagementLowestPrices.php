<?php
/**
 * The resource `lowest_prices`: the lowest prices before reductions, by reference.
 *
 * GET with `after` gives a page of what is shown; PUT takes lines `reference;value`, an empty value takes one away.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementLowestPrices implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    public function manage()
    {
        $this->requireOneShop();
        $idShop = (int) Context::getContext()->shop->id;
        try {
            $this->answer = ['lowest_prices' => $this->wsObject->method === 'PUT' ? $this->written($idShop) : $this->page($idShop)];
        } catch (PrestaShopException $fault) {
            if ($fault instanceof WebserviceException) {
                throw $fault;
            }
            throw new WebserviceException('the table of the module cannot be read or written', [85, 503]);
        }
    }

    private function page($idShop)
    {
        if (!isset($this->wsObject->urlFragments['after'])) {
            throw new WebserviceException('after names the last reference that was read, empty at first', [85, 400]);
        }
        $values = PasserelleLowestPrices::page($idShop, $this->parameter('after', ''));
        $lines = [];
        foreach (array_slice($values, 0, PasserelleLowestPrices::PAGE, true) as $reference => $value) {
            $lines[] = ['reference' => (string) $reference, 'value' => $value];
        }

        return [
            'more' => count($values) > PasserelleLowestPrices::PAGE ? '1' : '0',
            'lines' => $lines === [] ? '' : ['line' => $lines],
        ];
    }

    private function written($idShop)
    {
        $lines = PasserelleLines::read(PasserelleLowestPrices::pattern());
        $references = new PasserelleReferences($lines->references());
        $left = ['unknown' => [], 'ambiguous' => []];
        $wanted = [];
        foreach ($lines->references() as $reference) {
            $owners = $references->ownersOf($reference);
            if ($lines->values[$reference] !== '' && count($owners) !== 1) {
                $left[$owners === [] ? 'unknown' : 'ambiguous'][] = $reference;
            } else {
                $wanted[$reference] = $lines->values[$reference];
            }
        }
        $changed = PasserelleTables::atOnce(function () use ($idShop, $wanted) {
            return PasserelleLowestPrices::put($idShop, $wanted);
        });

        return [
            'lines' => (string) $lines->count,
            'written' => (string) $changed,
            'unchanged' => (string) (count($wanted) - $changed),
            'unknown' => implode(';', $left['unknown']),
            'ambiguous' => implode(';', $left['ambiguous']),
            'invalid' => implode(';', $lines->invalid),
        ];
    }
}
