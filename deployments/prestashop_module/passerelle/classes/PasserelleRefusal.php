<?php
/**
 * A document that the shop does not take, with the reason in words.
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleRefusal extends Exception
{
}
