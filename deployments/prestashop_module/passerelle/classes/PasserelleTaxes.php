<?php
/**
 * The taxes that a row's own prices speak of: those of the product's group if their rate agrees, else the active tax
 * whose rate does.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleTaxes
{
    /** Prices are given to the cent, which moves the rate of cheap products. */
    const TOLERANCE = 0.0101;

    /** @var Address */
    private $address;

    /** @var array|null lists of id_tax and rate of all active taxes, by id */
    private $active;

    public function __construct(Address $address)
    {
        $this->address = $address;
    }

    /**
     * @return array rates in percent by id_tax, none for a row without tax
     */
    public function of($idTaxRulesGroup, $taxExcl, $taxIncl)
    {
        if (abs($taxIncl - $taxExcl) < 0.000001) {
            return [];
        }
        $group = $this->ofGroup($idTaxRulesGroup);
        if ($group !== [] && $this->distance(array_sum($group), $taxExcl, $taxIncl) <= self::TOLERANCE) {
            return $group;
        }

        return $this->nearest($taxExcl, $taxIncl);
    }

    private function ofGroup($idTaxRulesGroup)
    {
        $rates = [];
        if ((int) $idTaxRulesGroup > 0) {
            $calculator = TaxManagerFactory::getManager($this->address, (int) $idTaxRulesGroup)->getTaxCalculator();
            foreach ($calculator->taxes as $tax) {
                $rates[(int) $tax->id] = (float) $tax->rate;
            }
        }

        return $rates;
    }

    private function nearest($taxExcl, $taxIncl)
    {
        $found = [];
        $least = self::TOLERANCE;
        foreach ($this->activeTaxes() as $tax) {
            $distance = round($this->distance((float) $tax['rate'], $taxExcl, $taxIncl), 4);
            // Several taxes have the same rate, one per country: the lowest id stays.
            if ($distance < $least) {
                $least = $distance;
                $found = [(int) $tax['id_tax'] => (float) $tax['rate']];
            }
        }

        return $found;
    }

    private function activeTaxes()
    {
        if ($this->active === null) {
            $this->active = PasserelleConnection::rows(
                'SELECT `id_tax`, `rate` FROM `' . _DB_PREFIX_ . 'tax`
                WHERE `active` = 1 AND `deleted` = 0
                ORDER BY `id_tax`'
            );
        }

        return $this->active;
    }

    private function distance($rate, $taxExcl, $taxIncl)
    {
        return abs($taxExcl * (1 + $rate / 100) - $taxIncl);
    }
}
