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
        return $this->shown($order, 'order_documents.tpl', function (array $invoice) use ($order) {
            // A guest is not signed in: the page was opened by reference and e-mail.
            $isLogged = Context::getContext()->customer->isLogged();

            return Context::getContext()->link->getModuleLink('passerelle', 'invoice', ['id_invoice' => $invoice['id_invoice']]
                + ($isLogged ? [] : ['token' => PasserelleInvoiceFile::token($invoice, $order)]));
        });
    }

    public function ofEmployee(Order $order)
    {
        return $this->shown($order, 'admin_order_documents.tpl', function (array $invoice) {
            return Context::getContext()->link->getAdminLink('AdminPasserelleInvoice', true, [], ['id_invoice' => $invoice['id_invoice']]);
        });
    }

    private function shown(Order $order, $template, callable $address)
    {
        if (!Validate::isLoadedObject($order)) {
            return '';
        }
        $invoices = PasserelleErpInvoices::of([(int) $order->id => (string) $order->reference]);
        $invoices = isset($invoices[(int) $order->id]) ? $invoices[(int) $order->id] : [];
        $found = PasserelleErpDocuments::of([(int) $order->id => (string) $order->reference]);
        $known = isset($found[(int) $order->id]) ? $found[(int) $order->id] : ['delivery_date' => '', 'documents' => []];
        if ($known['delivery_date'] === '' && $known['documents'] === [] && $invoices === []) {
            return '';
        }
        Context::getContext()->smarty->assign('passerelle', [
            'delivery_date' => $this->day($known['delivery_date']),
            'invoices' => array_map(function (array $invoice) use ($order, $address) {
                return $this->invoice($invoice, $order, $address);
            }, $invoices),
            'documents' => array_map([$this, 'document'], $this->eachOnce(array_values($known['documents']), $invoices)),
        ]);

        return $this->module->display($this->module->getLocalPath() . 'passerelle.php', 'views/templates/hook/' . $template);
    }

    /**
     * What has left is told by delivery notes; an invoice tells it where there are none. One with a line of its own below
     * is not named twice.
     */
    private function eachOnce(array $documents, array $invoices)
    {
        $delivered = array_filter($documents, function ($document) {
            return $document['type'] === 'delivery' && $document['lines'] !== [];
        });
        foreach ($documents as $index => $document) {
            if ($delivered !== [] && $document['type'] === 'invoice') {
                $documents[$index]['lines'] = [];
            }
        }

        $below = array_map(function (array $invoice) {
            return [$invoice['kind'], $invoice['number']];
        }, $invoices);

        return array_filter($documents, function ($document) use ($below) {
            return $document['lines'] !== [] || !in_array([$document['type'], $document['number']], $below, true);
        });
    }

    private function document(array $document)
    {
        $document['date'] = $this->day($document['date']);
        $parcels = array_filter(array_column($document['lines'], 'parcel'), 'strlen');
        $document['has_parcels'] = $parcels !== [];

        return $document;
    }

    private function invoice(array $invoice, Order $order, callable $address)
    {
        $currency = new Currency((int) $order->id_currency);
        $total = $invoice['total_tax_incl'] === '' ? '' : Context::getContext()->getCurrentLocale()->formatPrice(
            (float) $invoice['total_tax_incl'],
            $currency->iso_code
        );

        return [
            'kind' => $invoice['kind'],
            'number' => $invoice['number'],
            'date' => $this->day($invoice['date']),
            'total' => $total,
            'url' => $invoice['file'] === '' ? '' : $address($invoice),
        ];
    }

    private function day($date)
    {
        return $date === '' ? '' : Tools::displayDate($date);
    }
}
