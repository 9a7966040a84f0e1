<?php
/**
 * What an order's page shows of the ERP's documents, to the customer and in the back office.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleOrderPage
{
    /** @var Passerelle */
    private $module;

    public function __construct(Passerelle $module)
    {
        $this->module = $module;
    }

    /**
     * @return string HTML, empty when the ERP has said nothing of the order
     */
    public function ofCustomer(Order $order)
    {
        return $this->shown($order, 'order_documents.tpl');
    }

    public function ofEmployee(Order $order)
    {
        return $this->shown($order, 'admin_order_documents.tpl');
    }

    private function shown(Order $order, $template)
    {
        if (!Validate::isLoadedObject($order)) {
            return '';
        }
        $found = PasserelleErpDocuments::of([(int) $order->id => (string) $order->reference]);
        $known = isset($found[(int) $order->id]) ? $found[(int) $order->id] : ['delivery_date' => '', 'documents' => []];
        if ($known['delivery_date'] === '' && $known['documents'] === []) {
            return '';
        }
        Context::getContext()->smarty->assign('passerelle', [
            'delivery_date' => $this->day($known['delivery_date']),
            'documents' => array_map([$this, 'document'], $this->eachOnce(array_values($known['documents']))),
        ]);

        return $this->module->display($this->module->getLocalPath() . 'passerelle.php', 'views/templates/hook/' . $template);
    }

    /**
     * What has left is told by delivery notes; an invoice tells it where there are none.
     */
    private function eachOnce(array $documents)
    {
        $delivered = array_filter($documents, function ($document) {
            return $document['type'] === 'delivery' && $document['lines'] !== [];
        });
        foreach ($documents as $index => $document) {
            if ($delivered !== [] && $document['type'] === 'invoice') {
                $documents[$index]['lines'] = [];
            }
        }

        return $documents;
    }

    private function document(array $document)
    {
        $document['date'] = $this->day($document['date']);
        $parcels = array_filter(array_column($document['lines'], 'parcel'), 'strlen');
        $document['has_parcels'] = $parcels !== [];

        return $document;
    }

    private function day($date)
    {
        return $date === '' ? '' : Tools::displayDate($date);
    }
}
