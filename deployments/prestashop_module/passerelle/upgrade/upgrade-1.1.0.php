<?php
/**
 * To 1.1.0: tables and hooks of the ERP's documents, the page of the back office with its tables.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

function upgrade_module_1_1_0($module)
{
    return $module->installDocuments() && $module->installBoard();
}
