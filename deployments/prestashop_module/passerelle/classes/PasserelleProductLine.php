<?php
/**
 * One entity of `product_lines`: a product or a combination as the webservice takes it, with what became of it.
 *
 * Its fields are set and validated as the webservice does it, by the core's own definition of the entity. What needs
 * more of the core than rows (packs, virtual products, unit prices, fields with a setter) is left to the webservice.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleProductLine
{
    const CLASSES = ['product' => 'Product', 'combination' => 'Combination'];
    const ASSOCIATIONS = [
        'product' => ['categories', 'product_features'],
        'combination' => ['product_option_values'],
    ];

    /** @var string the client's own name for the entity, given back */
    public $key = '';

    /** @var string product or combination */
    public $kind = '';

    /** @var ObjectModel */
    public $entity;

    /** @var array rows of texts by association, those that were given */
    public $associations = [];

    /** @var array columns of the fields that were given, by their names in the webservice */
    public $given = [];

    /** @var bool whether the webservice shows all of them as they are kept */
    public $isPlain = true;

    public $status = '';
    public $id = 0;
    public $message = '';

    /** @var array what the webservice knows of the fields, by kind */
    private static $parameters = [];

    public static function read(SimpleXMLElement $node)
    {
        $line = new self();
        $line->key = trim((string) $node->key);
        foreach (self::CLASSES as $kind => $class) {
            if (isset($node->$kind)) {
                $line->kind = $kind;
                $line->entity = new $class();
            }
        }
        try {
            $line->take($node);
        } catch (PasserelleRefusal $refusal) {
            $line->refuse($refusal->getMessage());
        } catch (Throwable $fault) {
            $line->refuse('not valid: ' . get_class($fault));
        }

        return $line;
    }

    public function refuse($message)
    {
        $this->end('error', 0, $message);
    }

    public function end($status, $id, $message = '')
    {
        $this->status = $status;
        $this->id = (int) $id;
        $this->message = $message;
    }

    public function isOpen()
    {
        return $this->status === '';
    }

    /**
     * @return int[] ids of the association's rows, each once
     */
    public function idsOf($association)
    {
        $rows = isset($this->associations[$association]) ? $this->associations[$association] : [];

        return array_values(array_unique(array_map('intval', array_column($rows, 'id'))));
    }

    private function take(SimpleXMLElement $node)
    {
        if (!$this->entity) {
            throw new PasserelleRefusal('neither a product nor a combination');
        }
        $given = $node->{$this->kind};
        foreach ($this->parameters()['fields'] as $name => $field) {
            if ($name === 'id' && trim((string) $given->id) !== '') {
                throw new PasserelleRefusal('id is forbidden when adding a new resource');
            }
            if ($name !== 'id') {
                $this->set($name, $field, $given);
                $this->note($name, $field, $given);
            }
        }
        $this->modify();
        $this->validate();
        $this->leaveWhatNeedsMore();
        $this->associate($given);
    }

    private function parameters()
    {
        if (!isset(self::$parameters[$this->kind])) {
            self::$parameters[$this->kind] = $this->entity->getWebserviceParameters();
        }

        return self::$parameters[$this->kind];
    }

    /**
     * As WebserviceRequest::saveEntityFromXml: what is left out is null, and what the core requires must be there.
     */
    private function set($name, array $field, SimpleXMLElement $given)
    {
        if (!empty($field['i18n'])) {
            $this->entity->$name = $this->texts($given->$name);
        } elseif (isset($given->$name)) {
            $this->setOne($name, $field, (string) $given->$name);
        } elseif (!empty($field['required'])) {
            throw new PasserelleRefusal('parameter "' . $name . '" required');
        } elseif (property_exists($this->entity, $field['sqlId'])) {
            $this->entity->{$field['sqlId']} = null;
        }
    }

    private function note($name, array $field, SimpleXMLElement $given)
    {
        if (isset($given->$name)) {
            $this->given[$name] = isset($field['sqlId']) ? $field['sqlId'] : $name;
            $this->isPlain = $this->isPlain && empty($field['getter']);
        }
    }

    private function setOne($name, array $field, $text)
    {
        if (isset($field['setter'])) {
            throw new PasserelleRefusal($field['setter']
                ? '"' . $name . '" is not taken here'
                : 'parameter "' . $name . '" not writable. Please remove this attribute of this XML');
        }
        if (!property_exists($this->entity, $field['sqlId'])) {
            throw new PasserelleRefusal('Parameter "' . $name . '" can\'t be set to the object "' . get_class($this->entity) . '"');
        }
        $this->entity->{$field['sqlId']} = $text;
    }

    /**
     * @return array|string texts by language, or the one that was given without
     */
    private function texts(SimpleXMLElement $given)
    {
        if (!isset($given->language)) {
            return (string) $given;
        }
        $texts = [];
        foreach ($given->language as $language) {
            $texts[(int) $language->attributes()->id] = (string) $language;
        }

        return $texts;
    }

    private function modify()
    {
        foreach ($this->parameters()['fields'] as $field) {
            if (isset($field['modifier']['modifier']) && ($field['modifier']['http_method'] & WebserviceRequest::HTTP_POST)) {
                $this->entity->{$field['modifier']['modifier']}();
            }
        }
    }

    private function validate()
    {
        $texts = $this->entity->validateFieldsLang(false, true);
        $valid = $texts === true ? $this->entity->validateFields(false, true) : $texts;
        if ($valid !== true) {
            throw new PasserelleRefusal('Validation error: "' . $valid . '"');
        }
    }

    private function leaveWhatNeedsMore()
    {
        if ($this->kind !== 'product') {
            return;
        }
        $type = isset($this->entity->product_type) ? (string) $this->entity->product_type : '';
        if ($this->entity->is_virtual || $this->entity->cache_is_pack || in_array($type, ['virtual', 'pack'], true)) {
            throw new PasserelleRefusal('packs and virtual products are not taken here');
        }
        if ((float) $this->entity->unit_price != 0.0) {
            throw new PasserelleRefusal('"unit_price" is not taken here');
        }
    }

    private function associate(SimpleXMLElement $given)
    {
        if (!isset($given->associations)) {
            return;
        }
        foreach ($given->associations->children() as $association) {
            $name = $association->getName();
            if (in_array($name, self::ASSOCIATIONS[$this->kind], true)) {
                $this->associations[$name] = $this->rowsOf($association);
            } elseif ($name !== 'i18n') {
                throw new PasserelleRefusal(isset($this->parameters()['associations'][$name])
                    ? 'the association "' . $name . '" is not taken here'
                    : 'The association "' . $name . '" does not exists');
            }
        }
    }

    private function rowsOf(SimpleXMLElement $association)
    {
        $rows = [];
        foreach ($association->children() as $item) {
            $row = [];
            foreach ($item->children() as $name => $text) {
                $row[$name] = (string) $text;
            }
            $rows[] = $row;
        }

        return $rows;
    }
}
