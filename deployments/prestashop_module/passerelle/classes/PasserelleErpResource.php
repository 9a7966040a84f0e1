<?php
/**
 * What the resources of the ERP's documents and invoices share: orders are read by id, and each node sent has its own answer.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

trait PasserelleErpResource
{
    use PasserelleSpecificResource;

    public function manage()
    {
        try {
            $this->answer = $this->wsObject->method === 'PUT'
                ? [self::RESOURCE => [self::NODE => $this->written()]]
                : [self::RESOURCE => ['erp_order' => $this->read()]];
        } catch (PrestaShopException $fault) {
            if ($fault instanceof WebserviceException) {
                throw $fault;
            }
            throw new WebserviceException('the ' . self::RESOURCE . ' could not be read, nothing was written', [85, 503]);
        }
    }

    private function written()
    {
        $nodes = $this->nodesOf(self::NODE);
        $ids = [];
        foreach ($nodes as $node) {
            $ids[] = (int) $node->id_order;
        }
        $orders = PasserelleErpDocuments::orders($ids);
        $answers = [];
        foreach ($nodes as $node) {
            $answers[] = $this->answerTo($node, $orders);
        }

        return $answers;
    }

    private function answerTo(SimpleXMLElement $node, array $orders)
    {
        try {
            return $this->line($node, $this->store($node, $orders) ? 'written' : 'unchanged');
        } catch (PasserelleRefusal $refusal) {
            return $this->line($node, 'error', $refusal->getMessage());
        } catch (Throwable $fault) {
            // The message of a failed statement holds the statement.
            $isDatabase = $fault instanceof PrestaShopDatabaseException || !$fault instanceof PrestaShopException;

            return $this->line($node, 'error', $isDatabase ? 'the database refused it, nothing was written' : $fault->getMessage());
        }
    }

    private function requireOrder(array $orders, $id, $reference)
    {
        if (!isset($orders[$id]) || $orders[$id] !== $reference) {
            throw new PasserelleRefusal('no order of this shop has this id and this reference');
        }
    }

    private function line(SimpleXMLElement $node, $status, $message = '')
    {
        return $this->named($node) + ['id_order' => (string) (int) $node->id_order, 'status' => $status, 'message' => $message];
    }
}
