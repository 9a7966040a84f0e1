<?php
/**
 * What the resources with a body format of their own share: their links to the webservice, and their answer.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

trait PasserelleSpecificResource
{
    use PasserelleEngineSetters;

    private static $lockSeconds = 30;

    /** @var array one node, of texts and nodes; a list of nodes has the numbers 0 to n as keys */
    private $answer = [];

    public function getObjectOutput()
    {
        return $this->objOutput;
    }

    public function getWsObject()
    {
        return $this->wsObject;
    }

    public function getContent()
    {
        $render = $this->objOutput->getObjectRender();
        // The renderer of JSON drops what it is given and answers [].
        if ($render instanceof WebserviceOutputJSON) {
            $answer = $this->answer;
            array_walk_recursive($answer, function (&$text) {
                $text = is_string($text) ? $this->readable($text) : $text;
            });

            return json_encode($answer);
        }

        return $render->overrideContent($this->asXml($this->answer));
    }

    private function asXml(array $nodes)
    {
        $xml = '';
        foreach ($nodes as $name => $content) {
            foreach ($this->isList($content) ? $content : [$content] as $one) {
                $xml .= is_array($one)
                    ? '<' . $name . ">\n" . $this->asXml($one) . '</' . $name . ">\n"
                    : '<' . $name . '>' . $this->cdata((string) $one) . '</' . $name . ">\n";
            }
        }

        return $xml;
    }

    private function isList($content)
    {
        return is_array($content) && $content !== [] && array_keys($content) === range(0, count($content) - 1);
    }

    private function cdata($text)
    {
        return '<![CDATA[' . str_replace(']]>', ']]]]><![CDATA[>', $this->readable($text)) . ']]>';
    }

    /**
     * The text without what XML cannot hold, as names in the database may: one of them would cost the whole answer.
     */
    private function readable($text)
    {
        if (!preg_match('//u', $text)) {
            $text = mb_convert_encoding($text, 'UTF-8', 'UTF-8');
        }

        return preg_replace('/[^\x{9}\x{A}\x{D}\x{20}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]/u', '', $text);
    }

    /**
     * Quantities, prices and orders are those of one shop: for all shops or a group only one of them would be written.
     */
    private function requireOneShop()
    {
        if (Shop::isFeatureActive() && Shop::getContext() !== Shop::CONTEXT_SHOP) {
            throw new WebserviceException('id_shop must name one shop', [85, 400]);
        }
    }

    /**
     * What `work` does while no other request does work of this name. It is held while rows are looked up and written, so
     * that a document that is sent again finds what the first one has made.
     */
    private function underLock($name, $work)
    {
        try {
            return PasserelleConnection::underLock('passerelle_' . $name . '_' . md5(_DB_NAME_ . _DB_PREFIX_), self::$lockSeconds, $work);
        } catch (PasserelleRefusal $refusal) {
            throw new WebserviceException($refusal->getMessage(), [85, 503]);
        }
    }

    /**
     * Where nothing can be rolled back, half of a document would be taken for a whole one.
     */
    private function requireTransactions(array $tables, $what)
    {
        $names = implode("', '" . _DB_PREFIX_, $tables);
        $others = PasserelleConnection::rows(
            "SELECT COUNT(*) AS `others` FROM information_schema.TABLES
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('" . _DB_PREFIX_ . $names . "') AND ENGINE <> 'InnoDB'"
        );
        if ((int) $others[0]['others'] !== 0) {
            throw new WebserviceException('the tables of ' . $what . ' are not InnoDB', [85, 400]);
        }
    }

    /**
     * The entities of the request's document.
     */
    private function nodesOf($name)
    {
        $body = preg_replace('/^xml=/', '', (string) file_get_contents('php://input'));
        $before = libxml_use_internal_errors(true);
        $root = simplexml_load_string($body, 'SimpleXMLElement', LIBXML_NOCDATA | LIBXML_NONET);
        libxml_clear_errors();
        libxml_use_internal_errors($before);
        if ($root === false) {
            throw new WebserviceException('XML error', [127, 400]);
        }
        $nodes = [];
        foreach ($root->$name as $node) {
            $nodes[] = $node;
        }
        if ($nodes === []) {
            throw new WebserviceException('no ' . $name . ' in the document', [85, 400]);
        }

        return $nodes;
    }

    /**
     * The orders that a request names as `id_order=1|2|3`, each once.
     */
    private function orderIds()
    {
        $ids = $this->parameter('id_order', '');
        if (!preg_match('/^[0-9]{1,10}(\|[0-9]{1,10})*$/', $ids)) {
            throw new WebserviceException('id_order names orders as 1|2|3', [85, 400]);
        }

        return array_values(array_unique(array_map('intval', explode('|', $ids))));
    }

    private function parameter($name, $default)
    {
        return isset($this->wsObject->urlFragments[$name]) ? (string) $this->wsObject->urlFragments[$name] : $default;
    }
}
