<?php
/**
 * To 1.4.0: the resource product_lines. It has neither a table nor a hook; tick it on the key.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

function upgrade_module_1_4_0($module)
{
    return true;
}
