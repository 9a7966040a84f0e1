<?php
/**
 * A document that the shop does not take, with the reason in words.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleRefusal extends Exception
{
}
