<?php
/**
 * The PDF of an invoice on its way to whom it belongs: addresses, the question whose it is, and the answer.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleInvoiceFile
{
    /**
     * What opens an invoice without signing in, on the page on which a guest has named order and e-mail.
     */
    public static function token(array $invoice, Order $order)
    {
        return hash_hmac('sha256', 'passerelle|' . $invoice['id_invoice'] . '|' . $order->secure_key, _COOKIE_KEY_);
    }

    /**
     * Whether the visitor may have it: the customer of the order, or who was given its token.
     */
    public static function isOf(array $invoice, Order $order, Customer $visitor, $token)
    {
        if ($visitor->isLogged() && (int) $visitor->id === (int) $order->id_customer) {
            return true;
        }

        return $token !== '' && hash_equals(self::token($invoice, $order), $token);
    }

    /**
     * Sends the file and ends the request; false when it is not there.
     */
    public static function send(array $invoice)
    {
        $path = PasserelleErpInvoices::path($invoice);
        if ($path === '' || !is_file($path)) {
            return false;
        }
        while (ob_get_level() > 0) {
            ob_end_clean();
        }
        $name = trim(preg_replace('/[^A-Za-z0-9._-]+/', '-', $invoice['number']), '.-');
        header('Content-Type: application/pdf');
        header('Content-Disposition: attachment; filename="' . ($name === '' ? 'invoice' : $name) . '.pdf"');
        header('Content-Length: ' . filesize($path));
        header('Cache-Control: private, no-store');
        header('X-Content-Type-Options: nosniff');
        header('X-Robots-Tag: noindex');
        readfile($path);
        exit;
    }
}
