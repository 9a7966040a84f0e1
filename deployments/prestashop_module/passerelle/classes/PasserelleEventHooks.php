<?php
/**
 * The hooks by which the shop says that an order, a product or a quantity has changed: each only notes an id.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

trait PasserelleEventHooks
{
    /**
     * The outbox and its hooks. What is there already stays.
     */
    public function installEvents()
    {
        $this->loadEvents();
        foreach (PasserelleEvents::HOOKS as $hook) {
            if (!$this->registerHook($hook)) {
                return false;
            }
        }

        return PasserelleOutbox::install();
    }

    public function loadEvents()
    {
        $this->load(['PasserelleTables', 'PasserelleOutbox', 'PasserellePing', 'PasserelleEvents']);
    }

    public function hookActionValidateOrder($params)
    {
        $this->noteOrder(isset($params['order']->id) ? $params['order']->id : 0);
    }

    public function hookActionOrderStatusPostUpdate($params)
    {
        $this->noteOrder(isset($params['id_order']) ? $params['id_order'] : 0);
    }

    public function hookActionUpdateQuantity($params)
    {
        $this->noteEvent('stock', isset($params['id_product']) ? $params['id_product'] : 0);
    }

    public function hookActionObjectStockAvailableUpdateAfter($params)
    {
        $this->noteEvent('stock', $params['object']->id_product);
    }

    public function hookActionObjectProductAddAfter($params)
    {
        $this->noteEvent('product', $params['object']->id);
    }

    public function hookActionObjectProductUpdateAfter($params)
    {
        $this->noteEvent('product', $params['object']->id);
    }

    public function hookActionObjectProductDeleteAfter($params)
    {
        $this->noteEvent('product', $params['object']->id);
    }

    public function hookActionObjectCombinationAddAfter($params)
    {
        $this->noteEvent('product', $params['object']->id_product);
    }

    public function hookActionObjectCombinationUpdateAfter($params)
    {
        $this->noteEvent('product', $params['object']->id_product);
    }

    public function hookActionObjectCombinationDeleteAfter($params)
    {
        $this->noteEvent('product', $params['object']->id_product);
    }

    private function noteOrder($idOrder)
    {
        $this->noteEvent('order', $idOrder);
    }

    /**
     * Nothing that goes wrong here may cost the shop an order.
     */
    private function noteEvent($topic, $id)
    {
        // Where nobody has ever listened, nothing is loaded either. Shop::isFeatureActive would ask the database.
        if (!Configuration::get('PASSERELLE_LISTENER') && !Configuration::get('PS_MULTISHOP_FEATURE_ACTIVE')) {
            return;
        }
        try {
            $this->loadEvents();
            PasserelleEvents::note($topic, (int) $id);
        } catch (Throwable $fault) {
            PrestaShopLogger::addLog('Passerelle: an event was not noted (' . get_class($fault) . ')', 2);
        }
    }
}
