<?php
/**
 * To 1.1.2: orders that were sent in a file and that the ERP has not named yet are told as such.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

function upgrade_module_1_1_2($module)
{
    $module->loadBoard();

    return PasserelleBoard::forgetOrders();
}
