<?php
/**
 * Merchandise returns in the webservice: read with their rows, and only their state can be changed.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleOrderReturn extends OrderReturn
{
    protected $webserviceParameters = [
        'objectNodeName' => 'order_return',
        'objectsNodeName' => 'order_returns',
        'objectMethods' => ['update' => 'updateWs'],
        'fields' => [
            'id_customer' => ['xlink_resource' => 'customers', 'setter' => false],
            'id_order' => ['xlink_resource' => 'orders', 'setter' => false],
            'question' => ['setter' => false],
            'date_add' => ['setter' => false],
            'date_upd' => ['setter' => false],
            'state' => ['xlink_resource' => 'order_return_states'],
        ],
        'associations' => [
            'order_return_details' => [
                'resource' => 'order_return_detail',
                'getter' => 'getWsOrderReturnDetails',
                'virtual_entity' => true,
                'fields' => [
                    'id' => [],
                    'id_order_detail' => ['xlink_resource' => 'order_details'],
                    'id_customization' => [],
                    'product_quantity' => [],
                ],
            ],
        ],
    ];

    /**
     * PUT is all that 1.7 has, and it refuses an entity whose required fields cannot be written.
     */
    public function getWebserviceParameters($ws_params_attribute_name = null)
    {
        $parameters = parent::getWebserviceParameters($ws_params_attribute_name);
        foreach (['id_customer', 'id_order'] as $field) {
            $parameters['fields'][$field]['required'] = false;
        }

        return $parameters;
    }

    /**
     * A return names no shop, its order does: one shop lists the returns of its own orders.
     */
    public function getWebserviceObjectList($sql_join, $sql_filter, $sql_sort, $sql_limit)
    {
        return parent::getWebserviceObjectList($sql_join, $this->ofTheShops() . $sql_filter, $sql_sort, $sql_limit);
    }

    private function ofTheShops()
    {
        if (!Shop::isFeatureActive()) {
            return '';
        }

        return ' AND main.`id_order` IN (
            SELECT o.`id_order` FROM `' . _DB_PREFIX_ . 'orders` o
            WHERE o.`id_shop` IN (' . implode(',', array_map('intval', Shop::getContextListShopID())) . ')
        ) ';
    }

    /**
     * A PUT empties the fields that it does not name: what is saved is the stored return, not this one.
     */
    public function validateFields($die = true, $error_return = false)
    {
        return true;
    }

    /**
     * Changes the state of the stored return, with the hooks of the core's own class, and mails the customer when
     * `sendemail=1` is asked and the state is another.
     */
    public function updateWs()
    {
        $stored = new OrderReturn((int) $this->id);
        $state = Validate::isUnsignedId($this->state) ? new OrderReturnState((int) $this->state) : null;
        if (!Validate::isLoadedObject($state)) {
            // An error set, and true: a false would add error 46 and turn the status into 500.
            WebserviceRequest::getInstance()->setError(400, 'Unknown order return state', 85);

            return true;
        }
        if ((int) $stored->state !== (int) $state->id) {
            $stored->state = (int) $state->id;
            if (!$stored->update()) {
                return false;
            }
            if ((bool) Tools::getValue('sendemail', false)) {
                $this->mailCustomer($stored, $state);
            }
        }
        $this->showStored($stored);

        return true;
    }

    public function getWsOrderReturnDetails()
    {
        $rows = PasserelleConnection::rows(
            'SELECT `id_order_detail`, `id_customization`, `product_quantity`
            FROM `' . _DB_PREFIX_ . 'order_return_detail`
            WHERE `id_order_return` = ' . (int) $this->id . '
            ORDER BY `id_order_detail`, `id_customization`'
        );
        $details = [];
        foreach ($rows as $row) {
            $details[] = ['id' => $row['id_order_detail']] + $row;
        }

        return $details;
    }

    /**
     * The answer is made from this entity and not read again.
     */
    private function showStored(OrderReturn $stored)
    {
        foreach (['id_customer', 'id_order', 'question', 'state', 'date_add', 'date_upd'] as $field) {
            $this->$field = $stored->$field;
        }
    }

    /**
     * The mail of the back office's page of returns; a state that is saved stays saved when the mail fails.
     */
    private function mailCustomer(OrderReturn $return, OrderReturnState $state)
    {
        $order = new Order((int) $return->id_order);
        $customer = new Customer((int) $return->id_customer);
        if (!Validate::isLoadedObject($order) || !Validate::isLoadedObject($customer)) {
            return;
        }
        $context = Context::getContext();
        if (!$context->link) {
            $context->link = new Link();
        }
        $language = new Language((int) $order->id_lang);
        $default = (int) Configuration::get('PS_LANG_DEFAULT');
        $names = $state->name;
        try {
            Mail::Send(
                (int) $order->id_lang,
                'order_return_state',
                $context->getTranslator()->trans('Your order return status has changed', [], 'Emails.Subject', $language->locale),
                [
                    '{lastname}' => $customer->lastname,
                    '{firstname}' => $customer->firstname,
                    '{id_order_return}' => (int) $return->id,
                    '{state_order_return}' => isset($names[(int) $order->id_lang]) ? $names[(int) $order->id_lang] : $names[$default],
                ],
                $customer->email,
                $customer->firstname . ' ' . $customer->lastname,
                null,
                null,
                null,
                null,
                _PS_MAIL_DIR_,
                true,
                (int) $order->id_shop
            );
        } catch (Throwable $fault) {
            PrestaShopLogger::addLog('passerelle: the mail of a return was not sent, ' . get_class($fault), 3, null, 'OrderReturn', (int) $return->id, true);
        }
    }
}
