<?php
/**
 * The PDF of an invoice, for employees who may see orders.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class AdminPasserelleInvoiceController extends ModuleAdminController
{
    public function viewAccess($disable = false)
    {
        return Access::isGranted('ROLE_MOD_TAB_ADMINORDERS_READ', $this->context->employee->id_profile);
    }

    public function postProcess()
    {
        $this->module->loadDocuments();
        $invoice = PasserelleErpInvoices::byId((int) Tools::getValue('id_invoice'));
        $order = new Order($invoice === null ? 0 : (int) $invoice['id_order']);
        $mayRead = $this->viewAccess() && Validate::isLoadedObject($order)
            && $this->context->employee->hasAuthOnShop((int) $order->id_shop);
        if (!$mayRead || !PasserelleInvoiceFile::send($invoice)) {
            header('HTTP/1.1 404 Not Found');
            exit;
        }
    }
}
