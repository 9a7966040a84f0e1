<?php
/**
 * The PDF of an invoice, for the customer whose it is and nobody else.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleInvoiceModuleFrontController extends ModuleFrontController
{
    public $ssl = true;

    public function postProcess()
    {
        parent::postProcess();
        $this->module->loadDocuments();
        $id = (int) Tools::getValue('id_invoice');
        $token = (string) Tools::getValue('token');
        $invoice = PasserelleErpInvoices::byId($id);
        $order = new Order($invoice === null ? 0 : (int) $invoice['id_order']);
        if (Validate::isLoadedObject($order) && PasserelleInvoiceFile::isOf($invoice, $order, $this->context->customer, $token)) {
            PasserelleInvoiceFile::send($invoice);
        }
        if (!$this->context->customer->isLogged() && $token === '') {
            $back = $this->context->link->getModuleLink('passerelle', 'invoice', ['id_invoice' => $id]);
            Tools::redirect($this->context->link->getPageLink('authentication', true, null, ['back' => $back]));
        }
        // The same answer for one that is not there and one of somebody else.
        Tools::redirect('index.php?controller=404');
    }
}
