<?php
/**
 * To 1.3.0: the lowest price of the 30 days before a reduction, on the pages of products.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

function upgrade_module_1_3_0($module)
{
    return $module->installLowestPrices();
}
