<?php
/**
 * The resource `store_orders`: sales of the stores become orders, with one answer per document line.
 *
 * A line that is refused does not stop the others, and sending a document again creates nothing twice.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementStoreOrders implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    const LOCK_SECONDS = 15;

    /** @var PasserelleKnownSales */
    private $known;

    public function manage()
    {
        $this->requireOneShop();
        $context = Context::getContext();
        if (!$context->link) {
            $context->link = new Link();
        }
        $nodes = $this->nodesOf('store_order');
        $this->known = $this->knownAmong($nodes);
        $answers = [];
        foreach ($nodes as $node) {
            $answers[] = $this->answerTo($node);
        }
        $this->answer = ['store_orders' => ['store_order' => $answers]];
    }

    private function knownAmong(array $nodes)
    {
        $references = [];
        foreach ($nodes as $node) {
            try {
                $references[] = PasserelleStoreOrderDocument::referenceOf($node);
            } catch (PasserelleRefusal $refusal) {
                // Its own line of the answer says so.
                continue;
            }
        }
        try {
            return new PasserelleKnownSales($references);
        } catch (PrestaShopException $fault) {
            throw new WebserviceException('the orders of the shop could not be read, nothing was written', [85, 503]);
        }
    }

    private function answerTo(SimpleXMLElement $node)
    {
        $reference = trim((string) $node->internal_reference);
        try {
            $reference = PasserelleStoreOrderDocument::referenceOf($node);
            PasserelleStoreOrderDocument::externalReferenceOf($node);
            $id = $this->known->orderOf($reference);
            if ($id > 0) {
                return $this->line($reference, 'exists', $id);
            }

            return $this->create($reference, PasserelleStoreOrderDocument::read($node));
        } catch (PasserelleRefusal $refusal) {
            return $this->line($reference, 'error', '', $refusal->getMessage());
        } catch (Throwable $fault) {
            return $this->line($reference, 'error', '', $this->said($fault));
        }
    }

    /**
     * No column is unique on the ERP's reference: one lock for the whole shop stands for it.
     */
    private function create($reference, PasserelleStoreOrderDocument $document)
    {
        $lock = 'passerelle_' . md5(_DB_NAME_ . _DB_PREFIX_);

        return PasserelleConnection::underLock($lock, self::LOCK_SECONDS, function () use ($reference, $document) {
            $id = $this->known->orderOf($reference);
            if ($id > 0) {
                return $this->line($reference, 'exists', $id);
            }
            $order = new PasserelleStoreOrder($document);

            return $this->line($reference, 'created', $order->create());
        });
    }

    /**
     * The message of a failed statement holds the statement, with the customer's name in it.
     */
    private function said(Throwable $fault)
    {
        if ($fault instanceof PrestaShopDatabaseException || $fault instanceof PDOException || $fault->getPrevious() instanceof PDOException) {
            return 'the database refused it, nothing was written';
        }

        return $fault instanceof PrestaShopException ? $fault->getMessage() : 'not written: ' . get_class($fault);
    }

    private function line($reference, $status, $id, $message = '')
    {
        return [
            'internal_reference' => $reference,
            'status' => $status,
            'id' => (string) $id,
            'message' => $message,
        ];
    }
}
