<?php
/**
 * What the webservice gives to a specific resource, from PHP 7.2 on.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

trait PasserelleEngineSetters
{
    protected $objOutput;
    protected $wsObject;

    public function setObjectOutput($obj)
    {
        $this->objOutput = $obj;

        return $this;
    }

    public function setWsObject($obj)
    {
        $this->wsObject = $obj;

        return $this;
    }
}
