<?php
/**
 * Takes what a store sold off the quantities, where that is asked for: within the order's transaction, so that it is
 * taken once or not at all.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleSoldStock
{
    /** @var array quantity sold by id_product, then by id_product_attribute */
    private $sold = [];

    public function __construct(array $rows)
    {
        foreach ($rows as $row) {
            $id = (int) $row['product_id'];
            if ($id > 0) {
                $combination = (int) $row['product_attribute_id'];
                $before = isset($this->sold[$id][$combination]) ? $this->sold[$id][$combination] : 0;
                $this->sold[$id][$combination] = $before + (int) $row['product_quantity'];
            }
        }
        // Always in one order: two writers that wait for each other would be a deadlock.
        ksort($this->sold);
        if (!Configuration::get('PS_STOCK_MANAGEMENT')) {
            $this->sold = [];
        }
    }

    public function take()
    {
        foreach ($this->sold as $idProduct => $combinations) {
            ksort($combinations);
            foreach ($combinations as $idCombination => $quantity) {
                $this->subtract($idProduct, $idCombination, $quantity);
            }
            unset($combinations[0]);
            if ($combinations !== []) {
                // The row of a product is the sum of those of its combinations.
                $this->subtract($idProduct, 0, array_sum($combinations));
            }
        }
    }

    private function subtract($idProduct, $idCombination, $quantity)
    {
        $written = Db::getInstance()->execute(
            'UPDATE `' . _DB_PREFIX_ . 'stock_available`
            SET `quantity` = `quantity` - ' . (int) $quantity . ', `physical_quantity` = `physical_quantity` - ' . (int) $quantity . '
            WHERE `id_product` = ' . (int) $idProduct . ' AND `id_product_attribute` = ' . (int) $idCombination . ' AND `depends_on_stock` = 0'
            . StockAvailable::addSqlShopRestriction(null, (int) Context::getContext()->shop->id)
        );
        if (!$written) {
            throw new PrestaShopException('store order not written: stock');
        }
    }

    /**
     * For the modules that follow quantities, once the order is there for good.
     */
    public function tell()
    {
        foreach ($this->sold as $idProduct => $combinations) {
            Cache::clean('StockAvailable::getQuantityAvailableByProduct_' . (int) $idProduct . '*');
            foreach ($combinations as $idCombination => $quantity) {
                Hook::exec('actionUpdateQuantity', [
                    'id_product' => (int) $idProduct,
                    'id_product_attribute' => (int) $idCombination,
                    'quantity' => (int) StockAvailable::getQuantityAvailableByProduct($idProduct, $idCombination),
                    'delta_quantity' => -(int) $quantity,
                    'id_shop' => (int) Context::getContext()->shop->id,
                ]);
            }
        }
    }
}
