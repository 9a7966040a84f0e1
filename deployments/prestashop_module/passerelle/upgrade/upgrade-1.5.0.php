<?php
/**
 * To 1.5.0: the resource specific_price_lines. It has neither a table nor a hook; tick it on the key.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

function upgrade_module_1_5_0($module)
{
    return true;
}
